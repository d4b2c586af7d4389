# owner_is UID GID: file work and after-commands never run as root for somebody else's file. What goes
# before such a command, as words into $as_owner: `chroot /` is the lightest program that becomes somebody,
# but takes the group it is given for the user's own, which setpriv looks up.
owner_is() {
    as_owner=''
    [ "$me" -eq 0 ] && [ "$1" -ne 0 ] || return 0
    look_up "$1"
    case $own_group in
        "$2") as_owner="chroot --userspec=+$1:+$2 --skip-chdir /" ;;
        '') as_owner="chroot --userspec=+$1:+$2 --groups= --skip-chdir /" ;;
        *) as_owner="setpriv --reuid=$1 --regid=$2 --init-groups --" ;;
    esac
}

# look_up UID: its line of the user database into $account and its group there into $own_group, empty where
# it has none; asked once in a row.
look_up() {
    [ "$account_of" != "$1" ] || return 0
    account_of=$1
    local_user "$1" || account=$(getent passwd "$1")
    own_group=${account#*:*:*:}
    own_group=${own_group%%:*}
}

# local_user UID: the same from the file that most users stand in, without a program; of many it would take longer.
local_user() {
    users=0
    while IFS= read -r account && [ "$users" -lt 40 ]; do
        users=$((users + 1))
        case $account in
            *:*:"$1":*:*:*:*) without_name=${account#*:} ;;
            *) continue ;;
        esac
        case ${without_name#*:} in
            "$1":*) return 0 ;;
        esac
    done </etc/passwd
    return 1
} 2>/dev/null

# heard: the last line of $result is an answer, into $verdict; what programs said before it, into $said.
heard() {
    verdict=${result##*"$NL"}
    said=${result%"$verdict"}
}

# stage_files: every new file is written; with the intent they go to disk, before any rename.
stage_files() {
    for_each_file stage_file
}

stage_file() {
    [ "$status" = ready ] || return 0
    folder_of "$real"
    splices_of "$word"
    permitted_change "$word" "$real"
    owner_is "$uid" "$gid"
    result=$($as_owner sh -c "$stage_program" pgbaton-stage 2>&1 9>&- <<END
$parent
${real##*/}
${splices}end
END
    )
    heard
    case $verdict in
        'staged '*) is_staged && remember_staged || disowned ;;
        changed) answer file-changed "$path changed while it was copied" 'nothing; it is read again' ;;
        *) answer failed "$path: ${verdict#failed }: ${said:-no word}" "$(remedy_for "$result")" ;;
    esac
}

# is_staged: whether $verdict names a new file, into $tmp, as the stage names them: it ran as somebody who may have had
# a hand in what it says.
is_staged() {
    token=${verdict##*.pgbaton-}
    tmp=.${real##*/}.pgbaton-$token
    case $token in
        *[!0-9a-f-]*) return 1 ;;
        *) [ "$verdict" = "staged ./$tmp" ] ;;
    esac
}

disowned() {
    answer failed "$path: what was started as its owner answered '$verdict'" 'look what else runs as its owner on the host'
}

# splices_of WORD: the request's lines for one file, into $splices.
splices_of() {
    splices='' mine='' sought=$1
    for_each splice_line "$request"
}

splice_line() {
    case $1 in
        file) mine='' && [ "$2" != "$sought" ] || mine=1 ;;
        splice) [ -z "$mine" ] || splices="${splices}splice $2 $3 $4$NL" ;;
    esac
}

remember_staged() {
    staged="$staged$uid$US$gid$US$real$US$tmp$US$before$US$after$US$path$NL"
    unsynced="$unsynced$US$parent/$tmp"
}

# sync_staged FILE: that file and all staged ones are on disk, by one program.
sync_staged() {
    IFS=$US
    sync -- "$1" ${unsynced#"$US"}
    set -- "$?"
    IFS=$BLANKS unsynced=''
    return "$1"
}

# What a failed write most often means for whoever reads it at night.
remedy_for() {
    case $1 in
        *'o space'* | *'no room'* | *quota*) echo 'make room on its disk' ;;
        *[Rr]'ead-only file system'*) echo 'mount the file system writable' ;;
        *'not permitted'*) echo "look at lsattr -d of its folder: chattr -i -a may be needed" ;;
        *'ermission denied'* | *'cannot enter'*) echo "let the file's owner write in its folder" ;;
        *) echo 'look at the file and its folder on the host' ;;
    esac
}

# same_way: every path still leads to the file that was looked at (a release may have been switched).
same_way() {
    for_each_file same_file
}

same_file() {
    [ "$status" = ready ] || return 0
    looked_at=$real
    real_of "$path" && [ "$real" = "$looked_at" ] ||
        answer file-changed 'a link on the way to a file was switched meanwhile' 'nothing; it is read again'
}

commit_files() {
    [ -n "$staged" ] || return 0
    same_way
    pairs=''
    for_each pair_up "$staged" "$US"
    prove_staged
    for_each commit_file "$staged" "$US"
    staged=''
    same_way
}

# pair_up: of a line of $staged, the file, which is backed up, and the new one, into $pairs.
pair_up() {
    real=$3 path=$7
    keep_backup
    folder_of "$real"
    plain_file "$real" && plain_file "$parent/$4" || changed_meanwhile
    pairs=$pairs$US$real$US$parent/$4
}

# prove_staged: by one program, each file is what was read, and each new one what was planned.
prove_staged() {
    IFS=$US
    sums=$(sha256sum -- ${pairs#"$US"} 2>/dev/null)
    IFS=$BLANKS
    for_each prove_pair "$staged" "$US"
    just_proven=1
}

# prove_pair: of a line of $staged; its two sums are the next ones.
prove_pair() {
    path=$7
    next_sum && [ "$sum" = "$5" ] || changed_meanwhile
    next_sum && [ "$sum" = "$6" ] || [ "$6" = - ] ||
        answer failed "$path: the result is not what was planned (no room, or wrong splices)" "$(remedy_for 'no room')"
}

# next_sum: off the front of $sums; before one of a name with a backslash stands one more.
next_sum() {
    sum=${sums%%"$NL"*} sums=${sums#*"$NL"}
    sum=${sum#\\}
    sum=${sum%% *}
}

plain_file() {
    [ -f "$1" ] && [ ! -L "$1" ]
}

changed_meanwhile() {
    answer file-changed "$path changed right before the rename" 'nothing; it is read again'
}

# commit_file: of a line of $staged, as remember_staged wrote it. The owner renames, in the folder that was
# looked at, right after the last look, which for the first file was the proof of all.
commit_file() {
    uid=$1 gid=$2 real=$3 tmp=$4 before=$5 path=$7
    folder_of "$real"
    owner_is "$uid" "$gid"
    cd -P -- "$parent" 2>/dev/null && [ "$PWD" = "$parent" ] && as_it_was || changed_meanwhile
    just_proven=''
    rename_file
    sync -- . 2>/dev/null
    cd /
}

as_it_was() {
    [ -z "$just_proven" ] || return 0
    plain_file "./${real##*/}" && checksum "./${real##*/}" && [ "$sum" = "$before" ]
}

rename_file() {
    said=$($as_owner mv -fT -- "./$tmp" "./${real##*/}" 2>&1 9>&-) ||
        answer failed "$path: cannot be replaced: ${said:-no word}" "$(remedy_for "$said")"
}

# One backup of each file, in our own folder: beside the file it would be one more secret to guard.
keep_backup() {
    backup='' left=$real
    while [ "$left" != "${left#*/}" ]; do
        backup=$backup${left%%/*}% left=${left#*/}
    done
    backup=$backup$left
    [ "${#backup}" -le 255 ] || backup=$(printf '%s' "$real" | sha256sum | cut -d ' ' -f 1)
    [ -d "$folder/backup" ] || mkdir -- "$folder/backup" 2>/dev/null
    # What stands there by now may be its owner's link to what he may not read, or a pipe.
    dd if="$real" of="$folder/backup/$backup" iflag=nofollow,nonblock,fullblock bs="$FILE_LIMIT" count=1 2>/dev/null && return
    answer failed "cannot keep a backup of $path in $folder/backup" 'make room on its disk'
}

# discard_staged: nothing half-written stays beside a file.
discard_staged() {
    leftover=$staged staged=''
    for_each discard_file "$leftover" "$US"
}

discard_file() {
    owner_is "$1" "$2"
    $as_owner rm -f -- "${3%/*}/$4" 2>/dev/null 9>&-
}

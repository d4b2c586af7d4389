# owner_is UID GID: file work and after-commands never run as root for somebody else's file. What goes
# before such a command, as words into $as_owner.
owner_is() {
    as_owner=''
    [ "$me" -eq 0 ] && [ "$1" -ne 0 ] || return 0
    look_up "$1"
    groups=--init-groups
    [ -n "$account" ] || groups=--clear-groups
    as_owner="setpriv --reuid=$1 --regid=$2 $groups --"
}

# look_up UID: its line of the user database into $account, empty where it has none; asked once in a row.
look_up() {
    [ "$account_of" != "$1" ] || return 0
    account_of=$1
    account=$(getent passwd "$1")
}

# heard: the last line of $result is an answer, into $verdict; what programs said before it, into $said.
heard() {
    verdict=${result##*"$NL"}
    said=${result%"$verdict"}
}

# stage_files: every new file is written and proven; with the intent they go to disk, before any rename.
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
$before
$after
${splices}end
END
    )
    heard
    case $verdict in
        'staged '*) remember_staged "${verdict#staged ./}" ;;
        changed) answer file-changed "$path changed while it was copied" 'nothing; it is read again' ;;
        *) answer failed "$path: ${verdict#failed }: ${said:-no word}" "$(remedy_for "$result")" ;;
    esac
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
    staged="$staged$uid$US$gid$US$real$US$1$US$before$US$path$NL"
    unsynced="$unsynced$US$parent/$1"
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
    same_way
    for_each commit_file "$staged" "$US"
    staged=''
    same_way
}

# commit_file: of a line of $staged, as remember_staged wrote it.
commit_file() {
    uid=$1 gid=$2 real=$3 tmp=$4 before=$5 path=$6
    keep_backup
    folder_of "$real"
    owner_is "$uid" "$gid"
    result=$($as_owner sh -c "$commit_program" pgbaton-commit 2>&1 9>&- <<END
$parent
${real##*/}
./$tmp
$before
END
    )
    heard
    case $verdict in
        renamed) ;;
        changed) answer file-changed "$path changed right before the rename" 'nothing; it is read again' ;;
        *) answer failed "$path: ${verdict#failed }: ${said:-no word}" "$(remedy_for "$result")" ;;
    esac
}

# One backup of each file, in our own folder: beside the file it would be one more secret to guard.
keep_backup() {
    backup='' left=$real
    while [ "$left" != "${left#*/}" ]; do
        backup=$backup${left%%/*}% left=${left#*/}
    done
    [ -d "$folder/backup" ] || mkdir -- "$folder/backup" 2>/dev/null
    { cat <"$real" >"$folder/backup/$backup$left"; } 2>/dev/null && return
    answer failed "cannot keep a backup of $path in $folder/backup" 'make room on its disk'
}

# discard_staged: nothing half-written stays beside a file.
discard_staged() {
    leftover=$staged staged=''
    for_each discard_file "$leftover" "$US"
}

discard_file() {
    owner_is "$1" "$2"
    $as_owner rm -f -- "${3%/*}/$4" 2>/dev/null
}

# as_owner UID GID COMMAND...: file work and after-commands never run as root for somebody else's file.
as_owner() {
    owner=$1 group=$2
    shift 2
    if [ "$me" -ne 0 ] || [ "$owner" -eq 0 ]; then
        "$@"
    elif is_account "$owner"; then
        setpriv --reuid="$owner" --regid="$group" --init-groups -- "$@"
    else
        setpriv --reuid="$owner" --regid="$group" --clear-groups -- "$@"
    fi
}

# is_account UID: asked once for each.
is_account() {
    if ! has "$accounts$strangers" "$1"; then
        if getent passwd "$1" >/dev/null; then accounts="$accounts $1"; else strangers="$strangers $1"; fi
    fi
    has "$accounts" "$1"
}

# stage_files: every new file is written, proven and on disk before the first rename.
stage_files() {
    while IFS=$US read -r app word inode sum path real uid gid before after status <&3; do
        [ "$status" = ready ] || continue
        permitted_change "$word" "$real"
        result=$(stage_input | as_owner "$uid" "$gid" sh -c "$stage_program" pgbaton-stage 2>&1 9>&-)
        case $result in
            'staged '*) remember_staged "${result#staged ./}" ;;
            changed) answer file-changed "$path changed while it was copied" 'nothing; it is read again' ;;
            *) answer failed "$path: ${result#failed }" "$(remedy_for "$result")" ;;
        esac
    done 3<<END
$files
END
}

stage_input() {
    folder_of "$real"
    printf '%s\n' "$parent" "${real##*/}" "$before" "$after"
    splices_of "$word"
    echo end
}

# splices_of WORD: the request's lines for one file.
splices_of() {
    mine=''
    while read -r name a b c rest; do
        case $name in
            file) mine='' && [ "$a" != "$1" ] || mine=1 ;;
            splice) [ -z "$mine" ] || printf 'splice %s %s %s\n' "$a" "$b" "$c" ;;
        esac
    done <<END
$request
END
}

remember_staged() {
    staged="$staged$uid$US$gid$US$real$US$1$US$before$US$path$NL"
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
    while IFS=$US read -r app word inode sum path real uid gid before after status <&3; do
        [ "$status" = ready ] || continue
        [ "$(readlink -e -- "$path")" = "$real" ] || return 1
    done 3<<END
$files
END
}

switched() {
    answer file-changed 'a link on the way to a file was switched meanwhile' 'nothing; it is read again'
}

commit_files() {
    same_way || switched
    pending=$staged
    while IFS=$US read -r uid gid real tmp before path <&3; do
        [ -n "$uid" ] || continue
        keep_backup
        folder_of "$real"
        result=$(printf '%s\n' "$parent" "${real##*/}" "./$tmp" "$before" |
            as_owner "$uid" "$gid" sh -c "$commit_program" pgbaton-commit 2>&1 9>&-)
        case $result in
            renamed) ;;
            changed) answer file-changed "$path changed right before the rename" 'nothing; it is read again' ;;
            *) answer failed "$path: ${result#failed }" "$(remedy_for "$result")" ;;
        esac
    done 3<<END
$pending
END
    staged=''
    same_way || switched
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
    while IFS=$US read -r uid gid real tmp before path <&3; do
        [ -n "$uid" ] || continue
        as_owner "$uid" "$gid" rm -f -- "${real%/*}/$tmp" 2>/dev/null
    done 3<<END
$leftover
END
}

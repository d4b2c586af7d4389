# Every look at a managed file before anything is changed. A fault sets $why and $remedy.

# resolve PATH: the real file into $real, its owner into $uid $gid, identity into $inode.
resolve() {
    case $1 in
        *[[:cntrl:]]*) why='has a control character in its name' remedy='rename it' && return 1 ;;
        /*) ;;
        *) why='is no absolute path' remedy='write the whole path' && return 1 ;;
    esac
    real_of "$1" || {
        why='does not exist, or a link on the way leads nowhere' remedy='create it, or correct its path in the inventory'
        return 1
    }
    case $real in
        *[[:cntrl:]]*) why='leads to a name with a control character' remedy='rename its target' && return 1 ;;
    esac
    [ -f "$real" ] || { why='is no regular file' remedy='correct its path in the inventory' && return 1; }
    read -r uid gid inode size <<END
$(stat -c '%u %g %d:%i %s' -- "$real")
END
    [ "${size:-0}" -le "$FILE_LIMIT" ] || { why="is larger than $FILE_LIMIT bytes" remedy='manage a smaller file' && return 1; }
    [ -r "$real" ] || { why='cannot be read' remedy='become = "sudo", or log in as its owner' && return 1; }
    trusted_way "$1" && permitted_file "$1" "$real"
}

# real_of PATH: where it really leads, into $real. A program is started only for a file that is a link itself.
real_of() {
    name=${1##*/}
    case $name in
        '' | . | ..) ;;
        *)
            if [ -f "$1" ] && [ ! -L "$1" ] && cd -P -- "${1%/*}/" 2>/dev/null; then
                real=${PWD%/}/$name
                cd /
                return 0
            fi
            ;;
    esac
    real=$(readlink -e -- "$1")
}

# A link that an application's user planted may not lead us to a file of root.
trusted_way() {
    [ "$me" -eq 0 ] && [ "$uid" -eq 0 ] && [ "$1" != "$real" ] || return 0
    namei -l -- "$1" | awk '$1 ~ /^l/ && $2 != "root" { bad = 1 } END { exit bad }' && return 0
    why="is reached through somebody else's link, but $real belongs to root"
    remedy='give the file to its application, or the link to root'
    return 1
}

# replaceable: whether $real could be renamed over by its owner.
replaceable() {
    folder_of "$real"
    if [ "$me" -ne 0 ] && [ "$me" -ne "$uid" ]; then
        why="belongs to user $uid" remedy='become = "sudo", or log in as its owner'
        return 1
    fi
    if [ "$me" -eq 0 ] && [ "$uid" -eq 0 ] && foreign_folder; then
        why="belongs to root in a folder, or below one, that others may write"
        remedy='give the file to its application, or each such folder to root alone'
        return 1
    fi
    if is_mount_point; then
        why='is a mount point (bind mount): a rename cannot replace it'
        remedy='mount its folder instead of the file, or manage the file that is mounted'
        return 1
    fi
    immutable || return 0
    why='is immutable' remedy="chattr -i -a $real"
    return 1
}

# folder_of PATH: into $parent.
folder_of() {
    parent=${1%/*}
    parent=${parent:-/}
}

# foreign_folder: whether somebody but root could put another file into $parent, or another folder in its place. Above
# it a sticky bit is enough.
foreign_folder() {
    above='' at=$parent
    while [ -n "$at" ]; do
        above=$above$US${at%/*}/ at=${at%/*}
    done
    IFS=$US
    seen=$(stat -c '%u %A' -- "$parent" ${above#"$US"} 2>/dev/null) || seen=unseen
    IFS=$NL foreign='' sticky='no such'
    for line in $seen; do
        case $line in
            '0 '?????-??-? | '0 '$sticky) sticky='?????????[tT]' ;;
            *) foreign=1 ;;
        esac
    done
    IFS=$BLANKS
    [ -n "$foreign" ]
}

# is_mount_point: a file that is mounted by itself is not on its folder's mount.
is_mount_point() {
    mount_of "$parent" && its_mount=$mount && mount_of "$real" && [ "$mount" != "$its_mount" ]
}

# mount_of PATH: the kernel's number of the mount that it is on, into $mount.
mount_of() {
    {
        while read -r name mount; do
            [ "$name" != mnt_id: ] || return 0
        done </proc/self/fdinfo/7
    } 7<"$1"
    return 1
} 2>/dev/null

immutable() {
    command -v lsattr >/dev/null || return 1
    flags=$(lsattr -d -- "$real" 2>/dev/null)
    case ${flags%% *} in
        *[ia]*) return 0 ;;
        *) return 1 ;;
    esac
}

checksum() {
    sum=$(sha256sum <"$1" 2>/dev/null) && sum=${sum%% *}
}

# look_at_files: fills $files (one line a file, see file_of) and $changing (applications), or answers
# with the first fault. Nothing has been changed when it returns.
look_at_files() {
    files='' changing='' app='' host='' port=''
    for_each look_at_line "$request"
}

look_at_line() {
    case $1 in
        app) app=$2 host=$6 port=$7 && permitted_app ;;
        file) look_at_file "$app" "$2" "$3" "$4" "$5" ;;
        after | check) permitted_command "$1" "$2" && permitted_leader "$host" "$port" ;;
        service) permitted_service "$2" ;;
    esac
}

# for_each_file FUNCTION: for each line of $files, with what it says in the names of file_of.
for_each_file() {
    at_file=$1
    for_each file_of "$files" "$US"
}

file_of() {
    app=$1 word=$2 inode=$3 sum=$4 path=$5 real=$6 uid=$7 gid=$8 before=$9 after=${10} status=${11}
    "$at_file"
}

look_at_file() {
    unquote "$2"
    path=$text asked=$2
    resolve "$path" || answer failed "$path $why" "$remedy"
    case $files in
        *"$US$real$US"*) answer failed "$path is the file of another path too" 'name it once in the inventory' ;;
    esac
    checksum "$real" || answer failed "$path cannot be read" 'look at its permissions and its disk'
    status=right
    if [ "$sum" != "$4" ]; then
        [ "$sum" = "$3" ] || answer file-changed "$path is not as it was read" 'nothing; it is read again'
        [ "$5" -eq 0 ] || status=ready
    fi
    if [ "$status" = ready ]; then
        replaceable || answer failed "$path $why" "$remedy"
        has "$changing" "$1" || changing="$changing $1"
    fi
    files="$files$1$US$2$US$inode$US$sum$US$path$US$real$US$uid$US$gid$US$3$US$4$US$status$NL"
}

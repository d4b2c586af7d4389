# After-commands and checks: shell commands of the inventory, run as the owner of the application's
# first file, in that file's folder as the inventory names it (not where a link leads).

# home_of APP: who and where, into $app_uid $app_gid $app_folder $app_user $app_home (and $app_host $app_port). Without
# files: whoever logged in, in /.
home_of() {
    app_uid=${SUDO_UID:-$me} app_gid=${SUDO_GID:-$(id -g)} app_folder=/
    while IFS=$US read -r its_app its_word its_inode its_sum its_path its_real its_uid its_gid rest <&4; do
        [ "$its_app" = "$1" ] || continue
        folder_of "$its_path"
        app_uid=$its_uid app_gid=$its_gid app_folder=$parent
        break
    done 4<<END
$files
END
    app_user='' app_home=/
    while IFS=: read -r app_user rest1 rest2 rest3 rest4 app_home rest5; do
        break
    done <<END
$(getent passwd "$app_uid")
END
    app_home=${app_home:-/}
    leader_of "$1"
}

# leader_of APP: where it is led, into $app_host $app_port; commands compare it with what they find.
leader_of() {
    while read -r its_name its_app its_after its_restart its_check app_host app_port rest <&4; do
        [ "$its_name $its_app" != "app $1" ] || break
    done 4<<END
$request
END
    unquote "$app_host" && app_host=$text
}

# as_app SECONDS COMMAND: nothing of ours leaks in (environment, ignored signals, lock, stdout).
as_app() {
    (
        trap - PIPE HUP INT TERM
        cd -- "$app_folder" || exit 72
        exec 3<&- 4<&- 5<&- 6<&- 9>&-
        umask 022
        as_owner "$app_uid" "$app_gid" timeout -k 5 "$1" env -i HOME="$app_home" USER="$app_user" LOGNAME="$app_user" \
            SHELL=/bin/sh LANG=C.UTF-8 PGBATON_HOST="$app_host" PGBATON_PORT="$app_port" \
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin sh -c "$2"
    ) </dev/null
}

# logged LOG COMMAND...: output into a bounded file. A reader of our own takes it, so that a daemon
# left behind holds neither us nor the disk; the reader ends with the daemon.
logged() {
    log=$folder/$1
    shift
    [ -p "$folder/output" ] || mkfifo -- "$folder/output" || return 73
    (
        exec 3<&- 4<&- 9>&-
        head -c "$LOG_LIMIT" >>"$log"
        cat >/dev/null
    ) <"$folder/output" >/dev/null 2>&1 &
    "$@" >"$folder/output" 2>&1
    status=$?
    return "$status"
}

# run_after: for every application that is owed; repeated as a whole when a swap is resumed, so
# after-commands must bear being run twice.
run_after() {
    app='' seconds='' : >"$folder/after.log"
    while read -r name a b rest <&3; do
        case $name in
            app) app=$a seconds=$b ;;
            after) has "$owed" "$app" && run_one_after "$app" "$a" ;;
        esac
    done 3<<END
$request
END
}

run_one_after() {
    unquote "$2"
    command=$text
    home_of "$1"
    printf '== %s\n' "$command" >>"$folder/after.log"
    logged after.log as_app "$seconds" "$command" && return
    case $status in
        124 | 137) why="did not end within $seconds s" ;;
        *) why="ended with status $status" ;;
    esac
    answer failed "after-command '$command' $why; its output is on the host in $folder/after.log" \
        'mend it on the host; the next swap runs it again'
}

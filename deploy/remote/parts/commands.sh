# After-commands and checks: shell commands of the inventory, run as the owner of the application's
# first file, in that file's folder as the inventory names it (not where a link leads).

# home_of APP: who and where, into $app_uid $app_gid $app_folder $app_user $app_home (and $app_host $app_port). Without
# files: whoever logged in, in /.
home_of() {
    sought=$1 app_uid='' app_folder=/
    for_each home_in_file "$files" "$US"
    [ -n "$app_uid" ] || app_uid=${SUDO_UID:-$me} app_gid=${SUDO_GID:-$my_group}
    look_up "$app_uid"
    # A file's group is its commands' too, but not root's.
    [ "$app_gid" -ne 0 ] || [ "$app_uid" -eq 0 ] || app_gid=${own_group:-$app_uid}
    app_user=${account%%:*}
    app_home=${account%:*} && app_home=${app_home##*:}
    app_home=${app_home:-/}
    for_each leader_in_line "$request"
}

home_in_file() {
    [ "$1" = "$sought" ] && [ -z "$app_uid" ] || return 0
    folder_of "$5"
    app_uid=$7 app_gid=$8 app_folder=$parent
}

# Where it is led: commands compare it with what they find.
leader_in_line() {
    [ "$1 $2" = "app $sought" ] || return 0
    unquote "$6"
    app_host=$text app_port=$7
}

# as_app SECONDS COMMAND: nothing of ours leaks in (environment, ignored signals, lock, stdout). What ends it is not
# its own, who could stop it.
as_app() {
    (
        trap - PIPE HUP INT TERM
        cd -- "$app_folder" || exit 72
        exec 9>&-
        umask 022
        owner_is "$app_uid" "$app_gid"
        exec timeout -k 5 "$1" $as_owner env -i HOME="$app_home" USER="$app_user" LOGNAME="$app_user" \
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
    # Both ends are opened here: else a reader of the last command, who is just leaving, would let this
    # one begin and end before its own reader is there, which then waits for ever, and with the lock.
    exec 7<>"$folder/output" 8<"$folder/output"
    (
        exec 7<&- 9>&-
        head -c "$LOG_LIMIT" >>"$log"
        read -r more && exec cat >/dev/null
    ) <&8 >/dev/null 2>&1 8<&- &
    "$@" >"$folder/output" 2>&1 7<&- 8<&-
    status=$?
    exec 7<&- 8<&-
    return "$status"
}

# run_after: for every application that is owed; repeated as a whole when a swap is resumed, so
# after-commands must bear being run twice.
run_after() {
    : >"$folder/after.log"
    app='' after_seconds=''
    for_each after_line "$request"
}

after_line() {
    case $1 in
        app) app=$2 after_seconds=$3 ;;
        after) has "$owed" "$app" && run_one_after "$app" "$2" ;;
    esac
}

run_one_after() {
    unquote "$2"
    command=$text
    home_of "$1"
    printf '== %s\n' "$command" >>"$folder/after.log"
    logged after.log as_app "$after_seconds" "$command" && return
    case $status in
        124 | 137) why="did not end within $after_seconds s" ;;
        *) why="ended with status $status" ;;
    esac
    answer failed "after-command '$command' $why; its output is on the host in $folder/after.log" \
        'mend it on the host; the next swap runs it again'
}

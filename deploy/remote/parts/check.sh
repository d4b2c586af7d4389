# check_apps: the application's own check and the look at sockets, again and again until both are
# content or the time is over. Nothing is restarted from here.
check_apps() {
    app='' command=''
    : >"$folder/check.log"
    for_each check_line "$request"
    [ -z "$app" ] || check_one "$app" "$command"
}

check_line() {
    case $1 in
        app)
            [ -z "$app" ] || check_one "$app" "$command"
            app='' command=''
            ! has "$owed" "$2" || { app=$2 && limit_check "$5"; }
            ;;
        check) [ -z "$app" ] || { unquote "$2" && command=$text; } ;;
    esac
}

limit_check() {
    check_seconds=$1
    milliseconds "$1"
    look_at_clock
    limit=$((now + ms / 10))
}

check_one() {
    [ -z "$2" ] || home_of "$1"
    while :; do
        why=''
        if [ -n "$2" ] && ! logged check.log as_app "$check_seconds" "$2"; then
            why="its check ended with status $status (see $folder/check.log on the host)"
        else
            look_at_sockets "$1"
        fi
        [ -n "$why" ] || return 0
        look_at_clock
        [ "$now" -lt "$limit" ] || break
        sleep 0.1
    done
    answer failed "$1 is not well after $check_seconds s: $why" 'look at the application; the next swap repeats the check, not the restart'
}

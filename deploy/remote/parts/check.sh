# check_apps: the application's own check and the look at sockets, again and again until both are
# content or the time is over. Nothing is restarted from here.
check_apps() {
    app=''
    : >"$folder/check.log"
    while read -r name a b c d rest <&3; do
        case $name in
            app)
                [ -z "$app" ] || check_one "$app" "$command"
                app='' command=''
                ! has "$owed" "$a" || { app=$a && limit_check "$d"; }
                ;;
            check) [ -z "$app" ] || { unquote "$a" && command=$text; } ;;
        esac
    done 3<<END
$request
END
    [ -z "$app" ] || check_one "$app" "$command"
}

limit_check() {
    check_seconds=$1
    milliseconds "$1"
    look_at_clock
    limit=$((now + ms / 10))
}

check_one() {
    home_of "$1"
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

# act: one unit starts, restarts or reloads, and is then no longer owed anything.
act() {
    open_state
    settle
    while read -r word unit how wait keep; do
        [ "$word" = unit ] || break
        [ "$keep" != keep ] || enable "$unit" </dev/null
        act_on "$unit" "$how" "$wait" </dev/null
        settled "$unit"
        say "did $unit $how"
    done
    say done
}

# act_on UNIT start|restart|reload|enable wait|leave
act_on() {
    block=''
    [ "$3" = wait ] || block=--no-block
    case $2 in
        start | restart)
            systemctl reset-failed "$1" 2>/dev/null
            systemctl $block "$2" "$1" 2>"$errors" || fault unit "$1" "$(why "$1")" ;;
        reload) systemctl reload "$1" 2>"$errors" || fault unit "$1" "$(why "$1")" ;;
    esac
    [ "$3" != wait ] || [ "$2" = enable ] || stays "$1"
}

enable() {
    case $(systemctl is-enabled "$1" 2>/dev/null) in
        enabled | static | generated | indirect | alias) return 0 ;;
        masked*) fault unit "$1" "is masked; systemctl unmask $1" ;;
    esac
    systemctl -q enable "$1" 2>"$errors" || fault unit "$1" "$(why "$1")"
}

# A simple service counts as started before it has read its file: look once more a moment later.
stays() {
    sleep 0.5
    case $(systemctl show -p ActiveState --value -- "$1" 2>/dev/null) in
        active | reloading) return 0 ;;
    esac
    fault unit "$1" "$(why "$1")"
}

why() {
    { tail -n 1 "$errors"; journalctl -q -u "$1" -n 3 -o cat --no-pager 2>/dev/null; } |
        tr '\n' ' ' | cut -c 1-600
}

# act: units start, restart or reload, one after another; each is then no longer owed anything.
act() {
    open_state
    settle
    awaited=''
    while read -r word unit how wait keep; do
        [ "$word" = unit ] || break
        [ "$keep" != keep ] || enable "$unit" </dev/null
        act_on "$unit" "$how" "$wait" </dev/null
        settled "$unit"
        [ "$wait" != wait ] || awaited="$awaited $unit"
    done
    stay $awaited
    say done
}

# act_on UNIT start|restart|reload|enable wait|leave; `leave`: others must start too before it is up.
act_on() {
    block=''
    [ "$3" = wait ] || block=--no-block
    case $2 in
        start | restart)
            systemctl reset-failed "$1" 2>/dev/null
            systemctl $block "$2" "$1" 2>"$errors" || fault unit "$1" "$(why "$1")" ;;
        reload) systemctl reload "$1" 2>"$errors" || fault unit "$1" "$(why "$1")" ;;
    esac
}

enable() {
    case $(systemctl is-enabled "$1" 2>/dev/null) in
        enabled | static | generated | indirect | alias) return 0 ;;
        masked*) fault masked "$1" ;;
    esac
    systemctl -q enable "$1" 2>"$errors" || fault unit "$1" "$(why "$1")"
}

# A simple service counts as started before it has read its file: look once more a moment later.
stay() {
    [ $# -gt 0 ] || return 0
    sleep 0.5
    : >"$errors"
    for unit; do
        case $(systemctl show -p ActiveState --value -- "$unit" 2>/dev/null) in
            active | reloading) ;;
            *) fault unit "$unit" "$(why "$unit")" ;;
        esac
    done
}

# What its own processes said; where they said nothing, systemd's words.
why() {
    own=$(journalctl -q -n 3 -o cat --no-pager --since=-2min "_SYSTEMD_UNIT=$1" 2>/dev/null)
    [ -n "$own" ] || own=$(tail -n 1 "$errors"; journalctl -q -u "$1" -n 3 -o cat --no-pager 2>/dev/null)
    say "$own" | tr '\n' ' ' | cut -c 1-600
}

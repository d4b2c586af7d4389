#!/bin/sh
# A systemctl that keeps units as folders: enabled and active are files, each start makes a new run.
units=/var/lib/units
log() { echo "$*" >>"$units/log"; }
run_of() { cat "$units/$1/run" 2>/dev/null; }
active() { [ -e "$units/$1/failing" ] && echo failed && return; [ -e "$units/$1/active" ] && echo active || echo inactive; }
start() {
    mkdir -p "$units/$1"
    touch "$units/$1/active"
    echo "run$(date +%s%N)" >"$units/$1/run"
    cat /etc/pushed/* >"$units/$1/read" 2>/dev/null
}
mkdir -p "$units"
[ "$1" = -q ] && shift
verb=$1
shift
case $verb in
    show)
        property=$2
        [ "$1" = -p ] || exit 2
        shift 2
        [ "$1" = --value ] && value=yes && shift
        [ "$1" = -- ] && shift
        first=yes
        for unit; do
            if [ -n "${value:-}" ]; then
                case $property in
                    InvocationID) run_of "$unit" || echo ;;
                    ActiveState) active "$unit" ;;
                esac
                continue
            fi
            [ -n "$first" ] || echo
            first=''
            echo "InvocationID=$(run_of "$unit")"
            echo LoadState=loaded
            echo "ActiveState=$(active "$unit")"
            echo SubState=running
            [ -e "$units/$unit/enabled" ] && echo UnitFileState=enabled || echo UnitFileState=disabled
        done ;;
    is-enabled) [ ! -e "$units/$1/masked" ] || { echo masked; exit 1; }
        [ -e "$units/$1/enabled" ] && echo enabled || echo disabled ;;
    is-active) [ -e "$units/$1/active" ] || exit 3 ;;
    daemon-reload) log daemon-reload ;;
    *)
        while [ "${1#-}" != "$1" ]; do shift; done
        log "$verb $1"
        case $verb in *reload | restart | start) [ ! -e "$units/on-reload" ] || . "$units/on-reload" ;; esac
        case $verb in
            enable) mkdir -p "$units/$1" && touch "$units/$1/enabled" ;;
            disable) rm -f "$units/$1/enabled" "$units/$1/active" "$units/$1/run" ;;
            start | restart) start "$1" ;;
            reload)
                [ -e "$units/$1/active" ] || { echo "$1 is not active" >&2; exit 1; }
                cat /etc/pushed/* >"$units/$1/read" 2>/dev/null ;;
        esac ;;
esac
exit 0

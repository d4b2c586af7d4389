# look_at_sockets APP: fills $why if a process of its services still talks to a member that is to be left.
look_at_sockets() {
    find_avoided
    [ -n "$avoided" ] || return 0
    services_of "$1"
    for_each look_at_service "$services"
}

look_at_service() {
    unquote "${1#*:}" && unit=$text manager=${1%%:*}
    processes
    talking=$(printf '%s' "$avoided" | awk -v pids="$pids" "$sockets_program" 2>/dev/null)
    [ -z "$talking" ] || why="$unit still talks to $talking"
}

# find_avoided: the addresses to leave as lines "IP port", names resolved once.
find_avoided() {
    [ -z "${avoided+known}" ] || return 0
    avoided=''
    for_each find_avoided_one "$avoid"
}

find_avoided_one() {
    unquote "$1"
    case $text in
        *[!0-9.]*) for ip in $(timeout 2 getent ahosts "$text" 9>&- | awk '!seen[$1]++ { print $1 }'); do avoided="$avoided$ip $2$NL"; done ;;
        *) avoided="$avoided$text $2$NL" ;;
    esac
}

# processes: of $unit, into $pids.
processes() {
    pids=''
    case $manager in
        systemd)
            cgroup=$(systemd_says ControlGroup) || why="systemd does not answer for $unit"
            [ -n "$cgroup" ] || return 0
            for root in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
                [ ! -d "$root$cgroup" ] || pids=$(find "$root$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null | tr '\n' ' ')
                [ -z "$pids" ] || return 0
            done
            ;;
        runit)
            find_runit
            read -r pids rest <"$runit/supervise/pid" 2>/dev/null && pids="$pids $(descendants "$pids")"
            ;;
    esac
}

# descendants PID: all of them, from one look at every process's parent.
descendants() {
    ps -e -o pid= -o ppid= | awk -v root="$1" '
        { parent[$1] = $2 }
        END {
            for (pid in parent) {
                for (at = pid; at in parent && at != root && steps[pid]++ < 100;) at = parent[at]
                if (at == root && pid != root) printf "%s ", pid
            }
        }'
}

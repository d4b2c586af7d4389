# Restarts, each once: before it is begun the journal says which process the service was, so that
# after a crash a service that is another process since then counts as restarted.

# services_of LIST: every service of those applications once, into $services, with its longest
# timeout: lines of "manager:name seconds".
services_of() {
    services='' its_app='' its_seconds='' wanted=$1
    for_each service_line "$request"
}

service_line() {
    case $1 in
        app) its_app=$2 its_seconds=$4 ;;
        service) has "$wanted" "$its_app" && add_service "$2" "$its_seconds" ;;
    esac
}

add_service() {
    case $NL$services in
        *"$NL$1 "*) ;;
        *) services="$services$1 $2$NL" ;;
    esac
}

restart_services() {
    services_of "$owed"
    for_each restart_service "$services"
}

restart_service() {
    service=$1 seconds=$2
    ! has "$finished" "$service" || return 0
    unquote "${service#*:}" && unit=$text manager=${service%%:*}
    process_of
    if [ "$doing" != "$service" ] || [ "$doing_process" = "$process" ]; then
        doing=$service doing_process=$process
        keep written
        "restart_$manager"
        restarted="$restarted $service"
    fi
    finished="$finished $service" doing='' doing_process=''
}

# process_of: one word into $process that changes when the service starts anew.
process_of() {
    process=none
    case $manager in
        systemd) one_unit && process=$(systemd_says InvocationID) || answer failed "systemd does not answer for $unit" "look at: systemctl status $unit" ;;
        runit) find_runit && runit_process ;;
        *) answer failed "knows no service manager '$manager'" 'write systemd or runit' ;;
    esac
    process=${process:-none}
}

# one_unit: a pattern may match no unit at all, and systemctl calls that success.
one_unit() {
    case $unit in
        *[*?[]*) answer failed "$unit is a pattern, not one unit" 'name each unit by itself in the inventory' ;;
        *@ | *@.service) answer failed "$unit is a template, not a unit" 'name its instances in the inventory' ;;
    esac
}

# systemd_says PROPERTY: of $unit; empty for a unit that does not exist, a failure where nobody answers.
systemd_says() {
    timeout 10 systemctl show -p "$1" --value -- "$unit" 2>/dev/null 9>&-
}

restart_systemd() {
    errors=$(systemctl_restart) && return
    # A service that fell over and over while nobody led may not be started any more.
    if [ "$(systemd_says Result)" = start-limit-hit ]; then
        timeout 10 systemctl reset-failed -- "$unit" >/dev/null 2>&1 9>&-
        errors=$(systemctl_restart) && return
    fi
    answer failed "$unit does not restart: ${errors:-no answer within $seconds s}" "look at: systemctl status $unit"
}

systemctl_restart() {
    timeout -k 5 "$seconds" systemctl restart -- "$unit" 2>&1 9>&-
}

# find_runit: the service's folder into $runit.
find_runit() {
    case $unit in
        /*) runit=$unit && [ -d "$runit/supervise" ] && return ;;
        */* | .*) ;;
        *)
            for parent in /etc/service /var/service /service; do
                runit=$parent/$unit
                [ ! -d "$runit/supervise" ] || return 0
            done
            ;;
    esac
    answer failed "runit supervises no service $unit here" 'enable it, or correct its name in the inventory'
}

runit_process() {
    pid=''
    [ ! -r "$runit/supervise/pid" ] || read -r pid rest <"$runit/supervise/pid"
    process=none
    [ -n "$pid" ] || return 0
    started_at "$pid" && process=$pid.$started
}

# started_at PID: its start in clock ticks since boot into $started; fails when it is gone.
started_at() {
    { read -r started <"/proc/$1/stat"; } 2>/dev/null || return
    started=${started##*) }
    # shellcheck disable=SC2086 # fields are words
    set -- $started
    started=${20}
}

# sv restart looks only every 420 ms; term, cont and up do not wait, so we look ourselves.
restart_runit() {
    before_restart=$process
    milliseconds "$seconds"
    look_at_clock
    limit=$((now + ms / 10))
    errors=$(sv term "$runit" 2>&1 9>&- && sv cont "$runit" 2>&1 9>&- && sv up "$runit" 2>&1 9>&-) ||
        answer failed "$unit cannot be told to restart: $errors" "look at: sv status $unit"
    while :; do
        runit_process
        [ "$process" = none ] || [ "$process" = "$before_restart" ] || break
        look_at_clock
        [ "$now" -lt "$limit" ] || answer failed "$unit did not start anew within $seconds s" "look at: sv status $unit"
        sleep 0.02
    done
    [ ! -x "$runit/check" ] || sv -w $((ms / 1000 + 1)) check "$runit" >/dev/null 2>&1 9>&- ||
        answer failed "$unit started, but its own check script fails" "look at: sv check $unit"
}

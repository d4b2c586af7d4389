# ---- The deliverer, one at a time for each spool.

flush() { deliver_for 0; }
deliver() { deliver_for "$LIFE"; }

# deliver_for SECONDS: until nothing is left, but not much longer than this; 0 is one pass.
deliver_for() {
    cd / # holds no directory of Patroni's
    [ -z "$unknown" ] || say warning "ignored in $config: $unknown"
    own_spool || { loud "cannot deliver from $spool: run as the user that owns it"; exit 1; }
    end=$(($(date +%s) + $1))
    # Whoever finds the lock taken leaves at once. Its event is safe: it made `wake` first, and the holder
    # looks for that once more after letting go.
    while alone && [ -e "$spool/wake" ]; do true; done
    [ -z "$temporary" ] || bury
}

# Root would leave files behind that postgres cannot open.
own_spool() { mkdir -p "$spool" && { [ "$(id -u)" -ne 0 ] || [ -n "$(find "$spool" -prune -user 0)" ]; }; }

alone() {
    if command -v flock >/dev/null; then
        # The inner redirection keeps the lock from curl and sleep, so that it ends with this shell.
        { flock -n 9 && rounds 9>&-; } 9>>"$spool/lock"
    else
        # A link is there and says whose it is in one step, as a file or a folder is not.
        ln -s $$ "$spool/lock.pid" 2>/dev/null || { break_lock && ln -s $$ "$spool/lock.pid" 2>/dev/null; } || return 1
        rounds; set -- $?
        rm -f "$spool/lock.pid"
        return "$1"
    fi
}

# Should two break one stale lock at once, both deliver; the webhook knows an event by its id.
break_lock() {
    holder=$(readlink "$spool/lock.pid") || return 0 # just let go
    ! grep -q pgbaton-hook "/proc/$holder/cmdline" 2>/dev/null && rm -f "$spool/lock.pid"
}

rounds() {
    find "$spool" \( -name '.new-*' -o -name 'work.*' \) -mmin +20 -prune -exec rm -rf {} + # left by killed ones
    work=$(mktemp -d "$spool/work.XXXXXX") || { say err "cannot write to $spool: free some space"; return 1; }
    trap 'rm -rf "$work"' EXIT; trap 'exit 143' TERM INT; trap '' HUP
    set -- 2 5 10 20 50 100 # tenths of a second
    until pass; do
        [ "$(date +%s)" -lt "$end" ] || break
        doze "${hold:-$1}"
        [ $# -eq 1 ] || shift
    done
    rm -rf "$work"
}

# A new event ends the waiting, unless the webhook itself said how long to wait.
doze() {
    left=$1
    while [ "$left" -gt 0 ]; do
        [ -n "$hold" ] || ! [ -e "$spool/wake" ] || return 0
        if [ "$left" -eq 1 ]; then sleep 0.1; else sleep 0.2; fi
        left=$((left - 2))
    done
}

# What was held in memory dies with its deliverer: the log is all that is left of it.
bury() {
    for file in "$spool"/*.json "$spool"/rejected/*.json; do
        [ ! -e "$file" ] || say err "LOST, not delivered and there is no spool: $(cat "$file")"
    done
    rm -rf "$temporary"
}

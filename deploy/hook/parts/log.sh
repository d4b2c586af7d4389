# ---- The log: syslog, or without it a file in the spool.

# complain KIND TEXT: once, until the kind changes; --flush and the next deliverer remember it too.
complain() {
    [ "$(cat "$spool/said" 2>/dev/null)" != "$1" ] || return 0
    say warning "$2"
    echo "$1" >"$spool/said"
}

loud() { tell "$1"; say err "$1"; }

tell() { printf '%s\n' "pgbaton-hook: $1" >&2; }

# say PRIORITY TEXT
say() {
    if [ -S /dev/log ] && command -v logger >/dev/null; then
        logger -t pgbaton-hook -p "daemon.$1" "$2" && return 0
    fi
    log=${spool:-/var/spool/pgbaton}/log
    [ -n "$(find "$log" -size +256 2>/dev/null)" ] && mv "$log" "$log.old"
    { printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" >>"$log"; } 2>/dev/null || true
}

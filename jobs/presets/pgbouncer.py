"""PgBouncer: its file, then its console, so that clients stay and the servers behind them change."""

from __future__ import annotations

from jobs.presets.preset import Key, Line, Managed, Parameter, Preset

_CONSOLE = "psql -XA -h <socket> -p <console_port> -U <admin> pgbouncer"
_RECONNECT, _KILL, _RESUME = (
    f"""'{word} "'<databases>'"'""" for word in ("RECONNECT", "KILL", "RESUME")
)
_OLD = (
    """awk -F'|' -v d=<databases> '$1 == "database" { its = $2 } """
    """$1 == "close_needed" && $2 == 1 && its == d { old = 1 } END { exit !old }'"""
)
_SETTLE = (
    f"n=0; while {_CONSOLE} -x -c 'SHOW SERVERS' | {_OLD}; do "
    f"n=$((n + 1)); if [ $n -gt 20 ]; then {_CONSOLE} -c {_KILL}; break; fi; "
    f"sleep 0.1; done; {_CONSOLE} -c {_RESUME} 2>/dev/null || :"
)
"""Whoever still waits for a server that is gone would wait for minutes: after 2 s it is cut. A killed
database takes no client until it is resumed, and it may have been killed by a run that was cut."""
_USED = (
    """awk -F'|' -v all=<databases*> 'index(" " all " ", " " $1 " ") && $2 == ENVIRON["PGBATON_HOST"] """
    """&& $3 == ENVIRON["PGBATON_PORT"] { used++ } END { exit used != split(all, names, " ") }'"""
)

PGBOUNCER = Preset(
    name="pgbouncer",
    told="PgBouncer before PostgreSQL: RELOAD, then RECONNECT, and clients between two transactions stay "
    "connected. Where a server is not let go within 2 s, all of that database's clients are cut (KILL, "
    "RESUME): it is the former leader's, and perhaps a machine that will never answer.",
    parameters=(
        Parameter(
            name="databases",
            kind="words",
            told="the entries of its `[databases]` that lead to this cluster",
            needed=True,
        ),
        Parameter(
            name="file", kind="file", told="its file", default="/etc/pgbouncer/pgbouncer.ini"
        ),
        Parameter(
            name="socket",
            kind="folder",
            told="its `unix_socket_dir`: the file's owner, as whom it must run, reaches the console there",
            default="/var/run/postgresql",
        ),
        Parameter(name="console_port", kind="port", told="its `listen_port`", default=6432),
        Parameter(
            name="admin",
            kind="word",
            told="the console's user; `pgbouncer` needs no password from its own account",
            default="pgbouncer",
        ),
    ),
    files=(
        Managed(
            path=Line("<file>"),
            format="ini",
            keys=(
                Key("databases.<databases>:host", "{host}"),
                Key("databases.<databases>:port", "{port}"),
            ),
        ),
    ),
    after=(
        Line(f"{_CONSOLE} -c RELOAD", told="`RELOAD` at its console"),
        Line(f"{_CONSOLE} -c {_RECONNECT}", told="`RECONNECT` for each of `<databases>`"),
        Line(
            _SETTLE,
            told="`SHOW SERVERS` until none of the former leader's is left, for 2 s; else `KILL` and `RESUME`",
        ),
    ),
    check=(
        Line(
            f"{_CONSOLE} -t -c 'SHOW DATABASES' | {_USED}",
            told="that `SHOW DATABASES` shows the leader for each of `<databases>`",
        ),
    ),
)

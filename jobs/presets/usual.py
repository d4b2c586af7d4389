"""Parameters and checks that most presets share; each written twice would soon be two."""

from __future__ import annotations

from jobs.presets.preset import Line, Parameter

RESTART = Parameter(
    name="restart",
    kind="words",
    told="further services that are restarted: queue workers, schedulers, websockets",
)
SERVICE = Parameter(name="service", kind="word", told="the service that is restarted", needed=True)
FILE = Parameter(name="file", kind="file", told="the file with the settings", needed=True)
HOST_KEY = Parameter(
    name="host_key", kind="word", told="the key that holds the leader's host", default="DB_HOST"
)
PORT_KEY = Parameter(
    name="port_key", kind="word", told="the key that holds its port", default="DB_PORT"
)
URL_KEY = Parameter(
    name="url_key",
    kind="word",
    told="a key that holds a whole URL, instead of host and port; its password stays untouched",
)
UP = Parameter(name="up", kind="url", told="an address that answers while the application is well")

LEADER = "${PGBATON_HOST:?the remote script here is older than this check: install it anew}"
"""As a check reads where it was led; the host's script says so, and only a listed leader."""

UP_CHECK = Line("curl -fsS -o /dev/null --max-time 2 <up>")


def same(what: str, seen: str) -> str:
    """A check that compares what an application really uses with where it was led; `seen` prints it."""
    return (
        f'seen=$({seen}) && {{ [ "$seen" = "{LEADER}" ] || '
        f'{{ echo "{what} uses $seen, not $PGBATON_HOST" >&2; false; }}; }}'
    )

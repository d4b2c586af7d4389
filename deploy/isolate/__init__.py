"""What stops a stale primary on its own machine: without it, a worker would need a shell there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

SCRIPT_PATH = "/usr/local/bin/pgbaton-isolate"
CONFIG_PATH = "/etc/pgbaton/isolate.conf"
STATE_PATH = "/var/lib/pgbaton-isolate"


@cache
def isolate_script() -> str:
    """The script as root installs it (SCRIPT_PATH, mode 0755); it runs as PostgreSQL's owner."""
    return (files(__package__) / "isolate.sh").read_text()


def authorized_key(public_key: str, *, script: str = SCRIPT_PATH, config: str = CONFIG_PATH) -> str:
    """The line of authorized_keys: whatever the client asks for, the script runs, and no tunnel opens."""
    return f'restrict,command="{script} {config}" {public_key.strip()}\n'

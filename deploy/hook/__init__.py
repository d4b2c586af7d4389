"""The hook on a database node: without it the webhook would hear of a change only through the watch."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

PARTS = (
    "head.sh",
    "config.sh",
    "callback.sh",
    "text.sh",
    "deliver.sh",
    "pass.sh",
    "send.sh",
    "sign.sh",
    "answer.sh",
    "commands.sh",
    "log.sh",
    "main.sh",
)
UNITS = ("pgbaton-hook.service", "pgbaton-hook.timer")


@cache
def hook_script() -> str:
    """The hook as one file of POSIX sh, as a database node has it (any path, mode 0755)."""
    parts = files(__package__) / "parts"
    return "\n".join((parts / name).read_text() for name in PARTS)


def hook_units() -> dict[str, str]:
    """The systemd units that flush the spool, by file name, as /etc/systemd/system has them."""
    units = files(__package__) / "units"
    return {name: (units / name).read_text() for name in UNITS}

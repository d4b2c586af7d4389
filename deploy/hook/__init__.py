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


@cache
def hook_script() -> str:
    """The hook as one file of POSIX sh, as a database node has it (any path, mode 0755)."""
    parts = files(__package__) / "parts"
    return "\n".join((parts / name).read_text() for name in PARTS)

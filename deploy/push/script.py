"""The script that runs on a machine, put together from its parts; without it push would need a program there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

Verb = Literal[
    "read", "fetch", "put", "act", "guard", "keep", "ship", "install", "prune", "hold", "ask"
]

PARTS = (
    "head.sh",
    "read.sh",
    "fetch.sh",
    "put.sh",
    "act.sh",
    "guard.sh",
    "ship.sh",
    "install.sh",
    "prune.sh",
    "hold.sh",
    "ask.sh",
    "main.sh",
)


@cache
def push_script() -> bytes:
    """POSIX sh, sent ahead of each request; its first argument is the verb."""
    parts = files(__package__) / "parts"
    return "\n".join((parts / name).read_text() for name in PARTS).encode()

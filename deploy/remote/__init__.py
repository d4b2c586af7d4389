"""The remote script as one text, put together from its parts; without it a host would not know what to do."""

from __future__ import annotations

import shlex
from functools import cache
from importlib.resources import files

from deploy.remote.permissions import permitted

__all__ = ["PARTS", "PROGRAMS", "hardened_script", "permitted", "plain_script"]

PARTS = (
    "head.sh",
    "request.sh",
    "journal.sh",
    "files.sh",
    "write.sh",
    "reach.sh",
    "commands.sh",
    "services.sh",
    "sockets.sh",
    "check.sh",
    "swap.sh",
    "read.sh",
    "lift.sh",
)
PROGRAMS = ("stage.program.sh", "sockets.program.awk")


@cache
def hardened_script() -> str:
    """The script as root installs it (hardened.SCRIPT_PATH, mode 0755); it obeys a list."""
    listed = (_program("listed.program.awk"), *_body("listed.sh"))
    return "\n".join(["#!/bin/sh", "MODE=hardened", *listed, _part("forced.sh"), _part("main.sh")])


@cache
def plain_script() -> str:
    """The script as it is sent over a connection; its first argument is the verb."""
    return "\n".join(["MODE=plain", *_body("unlisted.sh"), _part("main.sh")])


def _body(permissions: str) -> list[str]:
    programs = [_program(name) for name in PROGRAMS]
    return [_part("head.sh"), *programs, *(_part(name) for name in (*PARTS[1:], permissions))]


def _program(name: str) -> str:
    """A program for another process (the file's owner, awk) as a quoted variable."""
    return f"{name.split('.', maxsplit=1)[0]}_program={shlex.quote(_part(name))}"


def _part(name: str) -> str:
    return (files(__package__) / "parts" / name).read_text()

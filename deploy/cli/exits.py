"""What an exit code means; without this file a script could not tell "no" from "nobody answered"."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import click


class Exit(IntEnum):
    """Every exit code there is; docs/cli.md and `--help` show the same table."""

    YES = 0  # done, or the answer is yes
    NO = 1  # failed, or the answer is no (verify: contradicted)
    USAGE = 2
    UNKNOWN = 3  # verify, plan: somebody could not be asked
    NOT_YET = 4  # verify, plan: nobody leads yet, or the leader is still promoting
    STANDBY = 5  # verify, plan: the whole cluster is a standby cluster
    AMBER = 6  # doctor: nothing is red, something is slow, shaky, or was not seen
    UNAVAILABLE = 69  # Redis, Linode, a host, or a file to write, could not be had
    UNFINISHED = 75  # asked for and under way, but not ended within --timeout
    CONFIG = 78  # the inventory or a secret cannot be used


MEANINGS: Mapping[Exit, str] = {
    Exit.YES: "done, or yes",
    Exit.NO: "failed, or no (verify: contradicted)",
    Exit.USAGE: "called wrongly",
    Exit.UNKNOWN: "unknown: somebody could not be asked",
    Exit.NOT_YET: "nobody leads yet",
    Exit.STANDBY: "a standby cluster: nothing to do",
    Exit.AMBER: "doctor: amber at worst",
    Exit.UNAVAILABLE: "Redis, Linode, a host or a file could not be had",
    Exit.UNFINISHED: "under way, not ended within --timeout",
    Exit.CONFIG: "inventory or secret unusable",
}

OF_VERDICT: Mapping[str, Exit] = {
    "confirmed": Exit.YES,
    "contradicted": Exit.NO,
    "unknown": Exit.UNKNOWN,
    "not-yet": Exit.NOT_YET,
    "standby": Exit.STANDBY,
}


class Fault(click.ClickException):
    """Ends a command: one line says what is wrong, the next what to do."""

    def __init__(self, reason: str, remedy: str = "", *, code: Exit = Exit.NO) -> None:
        super().__init__(reason)
        self.remedy = remedy
        self.exit_code = int(code)  # type: ignore[misc]

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        from deploy.cli.voice import say_error

        say_error(f"pgbaton: {self.message}")
        if self.remedy:
            say_error(f"  {self.remedy}")


def epilog() -> str:
    """The table under `pgbaton --help`, begun by the mark that keeps click from joining its lines."""
    rows = "\n".join(f"  {int(code):>2}  {text}" for code, text in MEANINGS.items())
    return f"\b\nExit codes:\n{rows}"

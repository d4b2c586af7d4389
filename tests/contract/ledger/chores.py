"""A worker with small jobs of its own, run as a program: without it no real worker would be tested."""

from __future__ import annotations

import logging
import signal
import sys
from contextvars import ContextVar
from types import FrameType

from tests.contract.ledger import chores
from workers.queue import serve
from workers.redis import RedisSettings, connect
from workers.turn import Turn

TOOLS: ContextVar[str] = ContextVar("TOOLS")
LONGEST = 50
"""Seconds that a job is held, where its test fails to let it go."""


def note(*, socket: str, what: str, held: bool = False) -> None:
    """Write down that it ran, with the tools it found; where it is held, again once it is let go."""
    redis = connect(RedisSettings(url=f"unix://{socket}"), read=2 * LONGEST)
    redis.rpush("test:ran", f"{what} {TOOLS.get('none')}")
    if held:
        assert redis.blpop(["test:go"], timeout=LONGEST), "nobody let it go"
        redis.rpush("test:ran", f"{what} done")


def main(socket: str) -> None:
    logging.basicConfig(level=logging.INFO)
    chores.TOOLS.set("equipped")  # the module as RQ imports it, not the program that runs here
    turn = Turn()

    def reload() -> None:
        chores.TOOLS.set("reloaded")

    def anew(_number: int, _frame: FrameType | None) -> None:
        turn.when_idle(reload)

    signal.signal(signal.SIGHUP, anew)
    serve(RedisSettings(url=f"unix://{socket}"), name="test", turn=turn)


if __name__ == "__main__":
    main(sys.argv[1])

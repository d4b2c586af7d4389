"""One atomic step over one connection: without it, a lost reply would be a doubled step."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from redis import Redis
from redis.exceptions import NoScriptError, RedisError

from jobs.ports import Clock, LedgerUnavailable
from workers.redis.connect import where
from workers.redis.refusal import told_as_unavailable, unavailable, worth_repeating
from workers.redis.scripts import digest, script
from workers.redis.wire import Command, Wire

PAUSES = (0.05, 0.2)
"""Seconds before the second and the third attempt."""
PATIENCE = 1.5
"""Seconds after which no further attempt begins: whoever asks has a deadline too."""

BRIEF = 0.05
"""Seconds to wait for replicas that nobody demands."""


class Keep(Enum):
    """What a step asks of Redis' replicas. An event whose sender is told "accepted" must survive a
    failover of Redis: DEMANDED. What the next look makes again had better survive it, but must not stop
    while a lone primary is left, as after each failover of a pair: WISHED. A question: NO."""

    DEMANDED = auto()
    WISHED = auto()
    NO = auto()


Build = Callable[[int], tuple[Sequence[Command], dict[str, object]]]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Runs scripts, alone or last in a MULTI with other commands, and repeats them when the reply
    was lost: every step carries a token that the script checks. `replicas` is how many must have
    acknowledged (WAIT) within `grace` seconds where that is demanded, or the step counts as not durable."""

    redis: Redis
    wire: Wire
    clock: Clock
    replicas: int = 0
    grace: float = 1.0

    def step(self, name: str, arguments: dict[str, object], *, keep: Keep) -> Any:
        """Run one script. LedgerUnavailable where it cannot be kept as demanded; it may have
        happened nevertheless, which a repeated call finds out."""
        return self.transaction(name, lambda _: ([], arguments), keep=keep)

    def transaction(self, name: str, build: Build, *, keep: Keep) -> Any:
        """Run `build(attempt)`'s commands and then the script, in one MULTI."""
        token = secrets.token_hex(8)

        def attempt(number: int) -> Any:
            before, arguments = build(number)
            text = json.dumps({**arguments, "token": token}, ensure_ascii=False)
            if before:
                return self._send([*before, ("EVAL", script(name), 0, text)], keep)
            return self._alone(name, text, keep)

        return self.repeating(attempt)

    def _alone(self, name: str, text: str, keep: Keep) -> Any:
        """Run a script by its digest, and whole where Redis does not know it."""
        try:
            return self._send([("EVALSHA", digest(name), 0, text)], keep)
        except NoScriptError:
            return self._send([("EVAL", script(name), 0, text)], keep)

    def repeating(self, attempt: Callable[[int], Answer]) -> Answer:
        """Call `attempt(0)`, and again while the reply is lost and there is patience left."""
        end = self.clock.monotonic() + PATIENCE
        for number, pause in enumerate(PAUSES):
            try:
                return attempt(number)
            except (RedisError, OSError) as error:
                if not worth_repeating(error) or self.clock.monotonic() > end:
                    raise unavailable(error, where(self.redis)) from error
            self.clock.sleep(pause)
        with told_as_unavailable(where(self.redis)):
            return attempt(len(PAUSES))

    def _send(self, commands: Sequence[Command], keep: Keep) -> Any:
        """WAIT counts for the connection it is sent on only: so all of it goes over one."""
        framed, wait = _framed(commands), self._wait(keep)
        replies = self.wire.exchange([*framed, *wait])
        found = _last(replies[: len(framed)])
        if wait:
            self._judge(replies[-1], keep)
        return found

    def _wait(self, keep: Keep) -> list[Command]:
        if not self.replicas or keep is Keep.NO:
            return []
        seconds = self.grace if keep is Keep.DEMANDED else min(BRIEF, self.grace)
        return [("WAIT", self.replicas, round(seconds * 1000))]

    def _judge(self, acknowledged: Any, keep: Keep) -> None:
        if keep is not Keep.DEMANDED:
            return
        if not isinstance(acknowledged, int) or acknowledged < self.replicas:
            raise LedgerUnavailable(
                f"Redis at {where(self.redis)}: {acknowledged} of {self.replicas} replicas acknowledged",
                "bring Redis' replicas back; the step is repeated safely",
            )


def _framed(commands: Sequence[Command]) -> list[Command]:
    if len(commands) == 1:
        return list(commands)
    return [("MULTI",), *commands, ("EXEC",)]


def _last(replies: list[Any]) -> Any:
    """The script's reply; the first refusal wins, for EXEC only says that there was one."""
    for reply in replies:
        if isinstance(reply, Exception):
            raise reply
    last = replies[-1]
    if isinstance(last, list) and len(replies) > 1:
        for reply in last:
            if isinstance(reply, Exception):
                raise reply
        return last[-1]
    return last

"""How much one sender may say: a broken hook in a loop must not drown the others."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from threading import Lock

KNOWN = 1000
"""Ids remembered of each sender: more than one of few clusters may tell in a minute by its default."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class Limiter:
    """A token bucket for each sender, in this process's memory: with n web processes a sender has
    n times its rate, which is harmless, since what is accepted is recorded once by its id.

    What was told lately and comes again has a second bucket: who replays a genuine event uses up
    nothing of what its sender may say.
    """

    _buckets: dict[tuple[str, bool], _Bucket] = field(default_factory=dict)
    _told: dict[str, dict[str, None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, sender: str, event: str, *, per_minute: int, now: float) -> int:
        """Take one token for an event's id: 0, or the whole seconds after which there is one. A bucket
        holds a minute's worth, so that a spool can be emptied in a burst."""
        with self._lock:
            whose = sender, self._again(sender, event)
            bucket = self._buckets.setdefault(whose, _Bucket(tokens=per_minute, at=now))
            grown = bucket.tokens + max(0.0, now - bucket.at) * per_minute / 60
            bucket.tokens, bucket.at = min(float(per_minute), grown), now
            if bucket.tokens < 1:
                return max(1, math.ceil((1 - bucket.tokens) * 60 / per_minute))
            bucket.tokens -= 1
            self._remember(sender, event)
            return 0

    def _again(self, sender: str, event: str) -> bool:
        return event in self._told.get(sender, ())

    def _remember(self, sender: str, event: str) -> None:
        """The oldest ids are forgotten first."""
        told = self._told.setdefault(sender, {})
        told[event] = None
        if len(told) > KNOWN:
            del told[next(iter(told))]

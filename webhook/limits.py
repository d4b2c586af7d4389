"""How much one sender may say: a broken hook in a loop must not drown the others."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class Limiter:
    """A token bucket for each sender, in this process's memory: with n web processes a sender has
    n times its rate, which is harmless, since what is accepted is recorded once by its id."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def wait(self, sender: str, *, per_minute: int, now: float) -> int:
        """Take one token: 0, or the whole seconds after which there is one. A bucket holds a
        minute's worth, so that a spool can be emptied in a burst."""
        with self._lock:
            bucket = self._buckets.setdefault(sender, _Bucket(tokens=per_minute, at=now))
            grown = bucket.tokens + max(0.0, now - bucket.at) * per_minute / 60
            bucket.tokens, bucket.at = min(float(per_minute), grown), now
            if bucket.tokens < 1:
                return max(1, math.ceil((1 - bucket.tokens) * 60 / per_minute))
            bucket.tokens -= 1
            return 0

"""Slack's rate limits: without them a poster that talks too much would pass every test."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Pace:
    """So many calls a second for long, and `burst` at once; 0 a second means no limit."""

    per_second: float
    burst: float
    clock: Callable[[], float] = time.monotonic
    _left: float | None = None
    _seen: float = 0.0

    def wait(self) -> int:
        """0 where one more call is taken; else the whole seconds that Retry-After says."""
        if self.per_second <= 0:
            return 0
        now = self.clock()
        grown = (now - self._seen) * self.per_second
        left = self.burst if self._left is None else min(self.burst, self._left + grown)
        self._seen, taken = now, left >= 1
        self._left = left - taken
        return 0 if taken else max(1, math.ceil((1 - left) / self.per_second))


@dataclass(slots=True, kw_only=True)
class Paces:
    """Posting is counted by channel, about one a second (docs.slack.dev, apis/web-api/rate-limits); the
    other methods by themselves, tier 3, about fifty a minute."""

    post: Pace = field(default_factory=lambda: Pace(per_second=1.0, burst=5))
    others: Pace = field(default_factory=lambda: Pace(per_second=50 / 60, burst=50))
    _by_method: dict[str, Pace] = field(default_factory=dict)

    def wait(self, method: str) -> int:
        if method == "chat.postMessage":
            return self.post.wait()
        usual = Pace(per_second=self.others.per_second, burst=self.others.burst)
        return self._by_method.setdefault(method, usual).wait()

    def change(self, per_second: float, burst: float) -> None:
        """Another pace for all, from a full burst on."""
        self.post = Pace(per_second=per_second, burst=burst)
        self.others = Pace(per_second=per_second, burst=burst)
        self._by_method.clear()

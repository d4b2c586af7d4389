"""Linode's rate limits: without them a client that polls too much would pass every test."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.lab.linode.rest.refusal import Reason, Refused

WINDOW = 60.0
TOO_MANY = "Too many requests"


@dataclass(slots=True, kw_only=True)
class Limits:
    """Requests a minute and token, by kind: paged collections, statistics, all others."""

    collection: int = 200
    stats: int = 50
    other: int = 1600


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(slots=True, kw_only=True)
class Meter:
    """Counts; a window begins with its first request, and lasts a minute."""

    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.time
    _windows: dict[tuple[str, str], _Window] = field(default_factory=dict)

    def count(self, token: str, kind: str) -> dict[str, str]:
        """One more request: the headers that tell how many are left, or 429 with the same."""
        limit: int = getattr(self.limits, kind)
        window = self._window(token, kind)
        window.used += 1
        told = headers(limit, limit - window.used, window.ends, now=self.clock())
        if window.used > limit:
            raise Refused([Reason(reason=TOO_MANY)], status=429, headers=told)
        return told

    def _window(self, token: str, kind: str) -> _Window:
        window = self._windows.get((token, kind))
        if window is None or window.ends <= self.clock():
            window = self._windows[token, kind] = _Window(ends=self.clock() + WINDOW)
        return window


def headers(limit: int, left: int, ends: float, *, now: float) -> dict[str, str]:
    """As recorded from Linode, Retry-After on every answer; `ends` in seconds since 1970."""
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(0, left)),
        "X-RateLimit-Reset": str(int(ends)),
        "Retry-After": str(max(1, round(ends - now))),
    }

"""What many viewers fetch at once is made once: without it, each change would cost as many renderings as there are viewers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

Key = tuple[str, tuple[int, ...]]
"""An address with its query, and the heads of the trails that it tells of."""

KEPT = 50
FRESH = 1.0
"""Seconds for which what does not stand in a trail (the instant an open incident lasts to, trouble of
the telling) may be that old."""


@dataclass(slots=True)
class _Made:
    lock: Lock = field(default_factory=Lock)
    text: str | None = None
    at: float = 0.0


@dataclass(slots=True)
class Fragments:
    """The newest fragments by address and heads; `monotonic` is the clock."""

    monotonic: Callable[[], float]
    _made: OrderedDict[Key, _Made] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: Key, make: Callable[[], str]) -> str:
        """The fragment: one viewer makes it, the others wait for that and take the same."""
        made = self._of(key)
        with made.lock:
            if made.text is None or self.monotonic() - made.at >= FRESH:
                made.text, made.at = make(), self.monotonic()
            return made.text

    def _of(self, key: Key) -> _Made:
        with self._lock:
            made = self._made.pop(key, None) or _Made()
            self._made[key] = made
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            return made

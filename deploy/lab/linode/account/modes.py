"""When a node's mode takes effect: Linode applies it some time after the API has said yes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Modes:
    """Modes on their way. `delay` in seconds; Linode documents up to 60. Of several changes within
    the delay the last one counts, and none before it takes effect."""

    delay: float = 2.0
    monotonic: Callable[[], float] = time.monotonic
    _held: dict[int, tuple[float, str]] = field(default_factory=dict)

    def change(self, node: int, *, old: str) -> None:
        """A node's mode was changed; `old` is what the API said before."""
        held = self.effective(node, old)
        self._held[node] = (self.monotonic() + self.delay, held)

    def effective(self, node: int, mode: str) -> str:
        """The mode that holds now for a node that the API says to be in `mode`."""
        until, held = self._held.get(node, (0.0, mode))
        return held if until > self.monotonic() else mode

    def next_due(self) -> float | None:
        """Seconds until the next mode takes effect; None where none is on its way."""
        now = self.monotonic()
        return min((until - now for until, _ in self._held.values() if until > now), default=None)

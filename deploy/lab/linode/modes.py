"""When a node's mode takes effect: Linode applies it some time after the API has said yes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Modes:
    """Modes on their way. `delay` in seconds; Linode documents up to 60."""

    delay: float = 2.0
    monotonic: Callable[[], float] = time.monotonic
    _coming: dict[int, list[tuple[float, str]]] = field(default_factory=dict)

    def change(self, node: int, *, old: str) -> None:
        """A node's mode was changed; `old` is what still holds for the delay."""
        self._coming.setdefault(node, []).append((self.monotonic() + self.delay, old))

    def effective(self, node: int, mode: str) -> str:
        """The mode that holds now for a node that the API says to be in `mode`."""
        now = self.monotonic()
        return next((old for due, old in self._coming.get(node, []) if due > now), mode)

    def next_due(self) -> float | None:
        """Seconds until the next mode takes effect; None where none is on its way."""
        now = self.monotonic()
        dues = [due - now for coming in self._coming.values() for due, _ in coming if due > now]
        return min(dues, default=None)

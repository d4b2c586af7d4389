"""Two members that take writes at once, by what PostgreSQL itself said to the drill's own question."""

from __future__ import annotations

import math
from collections.abc import Iterator

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant


def beside(history: History) -> float:
    """Seconds for which who led before the fault took writes although another member did by then."""
    old = history.before.member if history.before is not None else ""
    since = min((at for member, at in history.writable.items() if member != old), default=math.inf)
    return max([0.0, *(w.until - since for w in history.writing if w.member == old)])


def both_write(at_least: float) -> Invariant:
    """So long at least: else a drill of a stale primary proves nothing."""

    def wrong(history: History) -> Iterator[str]:
        if beside(history) < at_least:
            yield f"for {beside(history):.1f} s"

    return Invariant(
        "two members take writes at once", wrong, lambda history: f"for {beside(history):.1f} s"
    )

"""Whether something is new, for everybody who watches: one thread reads the heads, however many look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread

import structlog

from jobs.ports import LedgerUnavailable, ReadTrail

log = structlog.get_logger(__name__)

View = tuple[int, ...]
"""The heads of the clusters that a viewer watches; empty while Redis cannot be asked."""


@dataclass(slots=True)
class Pulse:
    """Follows the heads of whatever is watched, every `every` seconds. Its thread begins with the first
    viewer and ends with the last one, so that a page nobody looks at costs nothing."""

    trail: ReadTrail
    most: int
    every: float
    monotonic: Callable[[], float]
    _heads: dict[str, int] = field(default_factory=dict)
    _watched: Counter[str] = field(default_factory=Counter)
    _viewers: int = 0
    _blind: bool = False
    _turn: Condition = field(default_factory=Condition)
    _reader: Thread | None = None

    @property
    def viewers(self) -> int:
        """How many watch now."""
        return self._viewers

    def enter(self, clusters: Sequence[str]) -> bool:
        """Take a place; False where none is left."""
        with self._turn:
            if self._viewers >= self.most:
                return False
            self._viewers += 1
            self._watched.update(clusters)
            if self._reader is None:
                self._reader = Thread(target=self._follow, name="pages-pulse", daemon=True)
                self._reader.start()
            self._turn.notify_all()
            return True

    def leave(self, clusters: Sequence[str]) -> None:
        """Give the place back."""
        with self._turn:
            self._viewers -= 1
            self._watched.subtract(clusters)
            self._turn.notify_all()

    def wait(self, clusters: Sequence[str], seen: View | None, *, seconds: float) -> View:
        """What the heads are, as soon as they differ from `seen`, at the latest after `seconds`."""
        until = self.monotonic() + seconds
        with self._turn:
            while (now := self._view(clusters)) is None or now == seen:
                left = until - self.monotonic()
                if left <= 0:
                    return seen or ()
                self._turn.wait(left)
            return now

    def _view(self, clusters: Sequence[str]) -> View | None:
        """None while a head was not read yet."""
        if self._blind:
            return ()
        if any(cluster not in self._heads for cluster in clusters):
            return None
        return tuple(self._heads[cluster] for cluster in clusters)

    def _follow(self) -> None:
        while (clusters := self._turns()) is not None:
            heads = self._read(clusters)
            with self._turn:
                before = self._blind, dict(self._heads)
                self._blind = heads is None
                self._heads.update(heads or {})
                if before != (self._blind, self._heads):
                    self._turn.notify_all()
                self._turn.wait(self.every)

    def _turns(self) -> list[str] | None:
        """What to read next; None, and the thread gone, where nobody watches."""
        with self._turn:
            if self._viewers:
                return [cluster for cluster, many in self._watched.items() if many > 0]
            self._reader = None
            self._heads.clear()
            self._blind = False
            return None

    def _read(self, clusters: Sequence[str]) -> dict[str, int] | None:
        """None where it cannot be read, for whatever reason: a thread that ended would leave all who
        watch without news for good."""
        try:
            return {cluster: head.seq for cluster, head in self.trail.heads(clusters).items()}
        except LedgerUnavailable as error:
            if not self._blind:
                log.warning("pages.blind", reason=str(error))
        except Exception:
            if not self._blind:
                log.exception("pages.pulse.failed")
        return None

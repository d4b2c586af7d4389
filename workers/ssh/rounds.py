"""A look again and again beside the jobs; without it what was lost would be missed by the next failover only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

EVERY = 5.0
"""Seconds between two looks."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Calls `look` every EVERY seconds from a daemon thread, or sooner when hurried, until they are
    over; not while `busy`, which leaves a job its processor."""

    name: str
    look: Callable[[], None]
    busy: Callable[[], bool]
    over: threading.Event = field(default_factory=threading.Event)
    _hurry: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin with a look at once."""
        threading.Thread(target=self._run, daemon=True, name=self.name).start()

    def hurry(self) -> None:
        """Something came about that the next look need not wait for."""
        self._hurry.set()

    def close(self) -> None:
        """No further look."""
        self.over.set()
        self._hurry.set()

    def _run(self) -> None:
        while not self.over.is_set():
            self._hurry.clear()
            if not self.busy():
                self._look()
            self._hurry.wait(EVERY)

    def _look(self) -> None:
        try:
            self.look()
        except Exception:  # one look's mistake must not end all others
            log.exception("look.failed", of=self.name)

"""A look again and again beside the jobs; without it what was lost would be missed by the next failover only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

EVERY = 5.0
"""Seconds between two looks."""

CALM = 1.0
"""Seconds from being hurried to the next look, and between two questions whether a job still runs: what
lost something is often in the middle of more."""

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Rounds:
    """Calls `look` every EVERY seconds from a daemon thread, or sooner after a `hurry`, until they are
    over; not while `busy`, which leaves a job its processor."""

    name: str
    look: Callable[[], None]
    busy: Callable[[], bool]
    hurry: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    every: float = EVERY
    calm: float = CALM

    def start(self) -> None:
        """Begin with a look at once."""
        threading.Thread(target=self._run, daemon=True, name=self.name).start()

    def close(self) -> None:
        """No further look."""
        self.over.set()
        self.hurry.set()

    def _run(self) -> None:
        while not self.over.is_set():
            if self.busy():
                self.over.wait(self.calm)
                continue
            self.hurry.clear()
            self._look()
            if self.hurry.wait(self.every):
                self.over.wait(self.calm)

    def _look(self) -> None:
        try:
            self.look()
        except Exception:  # one look's mistake must not end all others
            log.exception("look.failed", of=self.name)

"""Several duties in one process, each on a thread of its own: one that fails or hangs holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import structlog

from workers.processes.threads import started

log = structlog.get_logger(__name__)

AFTER_FAILURE = 10.0
"""Seconds after which a duty that failed is begun anew."""


class Duty(Protocol):
    """Something that is done again and again."""

    def tick(self) -> None: ...


@runtime_checkable
class Leaves(Protocol):
    """A duty that has something to do last: to let another process act at once."""

    def leave(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class Round:
    """One duty: `make` begins it, and anew after a bug, which costs it what it had in memory and no
    other duty anything. It is done every `every` seconds until `end` is called."""

    name: str
    make: Callable[[], Duty | None]
    every: float
    after_failure: float = AFTER_FAILURE
    failures: int = 0
    thread: threading.Thread = field(init=False)
    _over: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        self.thread = started(self._go_on)

    def end(self) -> None:
        """No further tick begins."""
        self._over.set()

    def join(self, seconds: float) -> None:
        """Wait for the tick at hand, but not longer."""
        self.thread.join(timeout=seconds)

    def _go_on(self) -> None:
        duty: Duty | None = None
        while not self._over.is_set():
            duty = self._tick(duty)
            self._over.wait(self.every if duty is not None else self.after_failure)
        if isinstance(duty, Leaves):
            duty.leave()

    def _tick(self, duty: Duty | None) -> Duty | None:
        try:
            duty = duty or self.make()
            if duty is not None:
                duty.tick()
        except Exception:
            self.failures += 1
            log.exception("duty.failed", duty=self.name, again=self.after_failure)
            return None
        return duty


def begin_all(rounds: Sequence[Round]) -> None:
    """Begin every round."""
    for one in rounds:
        one.begin()


def end_all(rounds: Sequence[Round], *, within: float) -> None:
    """End every round, and wait for their ticks at hand, all together."""
    for one in rounds:
        one.end()
    for one in rounds:
        one.join(within)

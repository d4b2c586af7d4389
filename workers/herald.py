"""What our own processes have to tell goes to the webhook: one event after the other, until each is taken."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from jobs.event import Event
from workers.sender import Delivered, Outcome, Rejected

log = structlog.get_logger(__name__)

WAITS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between two tries while no webhook answers; the last one repeats."""


class Sends(Protocol):
    """The one thing that a herald needs of a sender."""

    def send(self, event: Event) -> Outcome:
        """Post one event."""


class Outbox(Protocol):
    """What waits to be told, and may be something newer at every look. Both are called by the
    herald's thread."""

    def first(self) -> Event | None:
        """What should be told next; None where nothing waits."""

    def done(self, event: Event) -> None:
        """A webhook took it, or will never take it."""


@dataclass(slots=True)
class Herald:
    """Tells what stands in an outbox. Whoever puts something in says `wake`."""

    sender: Sends
    outbox: Outbox
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _ended: bool = False

    def wake(self) -> None:
        """There is something to tell; from any thread."""
        with self._changed:
            self._changed.notify()

    def end(self) -> None:
        """Let `deliver_for_ever` return after the event at hand."""
        with self._changed:
            self._ended = True
            self._changed.notify()

    def deliver_for_ever(self) -> None:
        """Deliver whatever comes, until the end; a webhook that is away is waited for."""
        failures = 0
        while not self._ended:
            failures = 0 if self.deliver_next() else failures + 1
            if failures:
                self._rest(WAITS[min(failures, len(WAITS)) - 1])

    def deliver_next(self) -> bool:
        """Wait for an event and try to deliver it; False where it must be tried again."""
        event = self._next()
        if event is None:
            return True
        outcome = self.sender.send(event)
        if isinstance(outcome, Delivered | Rejected):
            _told(event, outcome)
            self.outbox.done(event)
            return True
        log.warning(
            "event.undelivered", cluster=event.cluster, id=event.id, reasons=list(outcome.reasons)
        )
        return False

    def _next(self) -> Event | None:
        """Wait for what should be told next; None at the end."""
        with self._changed:
            while not self._ended:
                event = self.outbox.first()
                if event is not None:
                    return event
                self._changed.wait()
        return None

    def _rest(self, seconds: float) -> None:
        """Wait before the next try, but not past a fresh event: it may find the webhook back."""
        with self._changed:
            if not self._ended:
                self._changed.wait(timeout=seconds)


def _told(event: Event, outcome: Delivered | Rejected) -> None:
    if isinstance(outcome, Rejected):
        log.error("event.rejected", id=event.id, status=outcome.status, detail=outcome.detail)
    else:
        log.info("event.delivered", id=event.id, url=outcome.url, repeated=outcome.repeated)

"""What the watch hears goes to the webhook: the newest word on each cluster, until it is taken."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import structlog

from jobs.claims import LeaderKey
from jobs.event import LEADER_KEY, Event
from workers.etcd import Change, Resync
from workers.etcd.watch import News
from workers.sender import Delivered, Outcome, Rejected

log = structlog.get_logger(__name__)

WAITS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds between two tries while no webhook answers; the last one repeats."""


class Sends(Protocol):
    """The one thing that a herald needs of a sender."""

    def send(self, event: Event) -> Outcome:
        """Post one event."""


def news_events(news: News, *, sender: str) -> Iterator[Event]:
    """The events that a piece of news comes to. Ids repeat with the epoch, so that two watches, or
    one that was restarted, tell the same leadership once."""
    match news:
        case Change():
            yield _event(news.cluster, news.leader, revision=news.revision, sender=sender)
        case Resync():
            for cluster, leader in news.leaders.items():
                if leader is not None:
                    yield _event(cluster, leader, revision=leader.epoch, sender=sender)
        case _:
            return


def _event(cluster: str, leader: LeaderKey | None, *, revision: int, sender: str) -> Event:
    short = hashlib.sha256(cluster.encode()).hexdigest()[:10]
    what = f"led-{leader.epoch}" if leader is not None else f"gone-{revision}"
    return Event(
        id=f"{sender}-{short}-{what}",
        type=LEADER_KEY,
        sender=sender,
        cluster=cluster,
        time=datetime.now(UTC).isoformat(),
        data={
            "member": leader.member if leader else None,
            "epoch": leader.epoch if leader else None,
        },
    )


@dataclass(slots=True)
class Herald:
    """Keeps at most one untold event a cluster: an older one says nothing that the newer does not."""

    sender: Sends
    _untold: dict[str, Event] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def tell(self, event: Event) -> None:
        """Put an event in line; from any thread."""
        with self._changed:
            self._untold[event.cluster] = event
            self._changed.notify()

    def deliver_for_ever(self) -> None:
        """Deliver what is told, oldest first; a webhook that is away is waited for."""
        failures = 0
        while True:
            failures = 0 if self.deliver_next() else failures + 1
            if failures:
                self._rest(WAITS[min(failures, len(WAITS)) - 1])

    def deliver_next(self) -> bool:
        """Wait for an event and try to deliver it; False where it must be tried again."""
        with self._changed:
            while not self._untold:
                self._changed.wait()
            event = next(iter(self._untold.values()))
        outcome = self.sender.send(event)
        if isinstance(outcome, Delivered | Rejected):
            self._done(event, outcome)
            return True
        log.warning(
            "event.undelivered", cluster=event.cluster, id=event.id, reasons=list(outcome.reasons)
        )
        return False

    def _done(self, event: Event, outcome: Delivered | Rejected) -> None:
        if isinstance(outcome, Rejected):
            log.error("event.rejected", id=event.id, status=outcome.status, detail=outcome.detail)
        else:
            log.info("event.delivered", id=event.id, url=outcome.url, repeated=outcome.repeated)
        with self._changed:
            if self._untold.get(event.cluster) == event:
                del self._untold[event.cluster]

    def _rest(self, seconds: float) -> None:
        """Wait before the next try, but not past a fresh event: it may find the webhook back."""
        with self._changed:
            self._changed.wait(timeout=seconds)

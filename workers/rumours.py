"""What the watch hears of leaders, as events: the newest word on each cluster, and no older one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from jobs.claims import LeaderKey
from jobs.event import LEADER_KEY, Event
from workers.etcd import Change, Resync
from workers.etcd.watch import News


def news_events(news: News, *, sender: str) -> Iterator[Event]:
    """The events that a piece of news comes to. Ids repeat with the epoch and its lease, so that two
    watches, or one that was restarted, tell the same leadership once, and a restored etcd, which
    gives epochs out again, is heard all the same."""
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
    what = f"led-{leader.epoch}-{leader.lease:x}" if leader is not None else f"gone-{revision}"
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
class Rumours:
    """Keeps at most one untold event a cluster: an older one says nothing that the newer does not."""

    _untold: dict[str, Event] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, event: Event) -> None:
        """Put an event in line; from any thread."""
        with self._lock:
            self._untold[event.cluster] = event

    def first(self) -> Event | None:
        with self._lock:
            return next(iter(self._untold.values()), None)

    def done(self, event: Event) -> None:
        with self._lock:
            if self._untold.get(event.cluster) == event:
                del self._untold[event.cluster]

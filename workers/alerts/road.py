"""How far the alerts of one trail were told: kept where the trail is, so that a crash tells none anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from jobs.alert import Alert, Batch, Status, batch_of, raised_by
from jobs.audit import Head
from jobs.following import Follower
from jobs.ports import Ledger

IDLE = 200
"""Entries without an alert after which the place is noted all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last entry whose alert was told, and the keys that were told, or may have been, and not
    resolved."""

    after: int
    open: tuple[str, ...] = ()

    def dump(self) -> str:
        return json.dumps({"after": self.after, "open": self.open})


@dataclass(slots=True, kw_only=True)
class Road:
    """One cluster's alerts, from its trail to the route. One thread at a time; every method raises
    LedgerUnavailable."""

    ledger: Ledger
    cluster: str
    kept: Place
    waiting: list[Alert] = field(default_factory=list)
    _follower: Follower = field(init=False)
    _told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._follower = Follower(trail=self.ledger, cluster=self.cluster, read=self.kept.after)

    @classmethod
    def of(cls, ledger: Ledger, cluster: str) -> Road:
        """Go on where it stopped. A trail that was never told of begins with the incident that is
        open, not with years of concluded ones; one that lost its end goes on at what is left."""
        kept, head = _place(ledger.recall(_name(cluster))), ledger.head(cluster).seq
        if kept is None:
            kept = Place(after=_beginning(ledger, cluster))
            ledger.remember(_name(cluster), kept.dump())
        if kept.after > head:
            kept = replace(kept, after=head)
        return cls(ledger=ledger, cluster=cluster, kept=kept)

    def look(self, head: Head) -> None:
        """Take in the entries that are new, up to a trail's head."""
        for entry in self._follower.fresh(head):
            alert = raised_by(self.cluster, entry)
            if alert is not None:
                self.waiting.append(alert)
        read = self._follower.read
        if not self.waiting and abs(read - self.kept.after) >= IDLE:
            self._keep(replace(self.kept, after=read))

    def batch(self, *, now: float) -> Batch:
        """What to deliver next."""
        return batch_of(self.waiting, open_keys=self.kept.open, now=now)

    def deliver(self, batch: Batch, send: Callable[[Alert], bool]) -> bool:
        """Hand each alert to `send`, in order; False as soon as that says "not now". What was told is
        noted at once; of a whole batch, at its end."""
        for alert in batch.alerts:
            if alert.id in self._told:
                continue
            self._may_know(alert)
            if not send(alert):
                return False
            self._told.add(alert.id)
            if not batch.whole:
                self._done(self.waiting.index(alert) + 1, upto=alert.seq, told=(alert,))
        rest = batch.alerts if batch.whole else ()
        self._done(len(self.waiting), upto=self._follower.read, told=rest)
        return True

    def _may_know(self, alert: Alert) -> None:
        """Noted before it is sent: where the answer is lost, or the process dies, the tool may have
        taken it, and must hear of its end by its own key."""
        if alert.status is not Status.RESOLVED and alert.key not in self.kept.open:
            self._keep(replace(self.kept, open=(*self.kept.open, alert.key)))

    def _done(self, count: int, *, upto: int, told: tuple[Alert, ...]) -> None:
        """The first `count` of those that wait are told, or need not be."""
        if not count:
            return
        keys = dict.fromkeys(self.kept.open)
        for alert in told:
            if alert.status is Status.RESOLVED:
                keys.pop(alert.key, None)
            else:
                keys[alert.key] = None
        del self.waiting[:count]
        self._keep(Place(after=upto, open=tuple(keys)))
        if not self.waiting:
            self._told.clear()

    def _keep(self, place: Place) -> None:
        self.ledger.remember(_name(self.cluster), place.dump())
        self.kept = place


def _name(cluster: str) -> str:
    return f"alerts:{cluster}"


def _place(text: str | None) -> Place | None:
    try:
        raw = json.loads(text or "null")
        return None if raw is None else Place(after=int(raw["after"]), open=tuple(raw["open"]))
    except (ValueError, KeyError, TypeError):
        return None


def _beginning(ledger: Ledger, cluster: str) -> int:
    incident = ledger.state(cluster).incident
    span = None if incident is None else ledger.span(cluster, incident.id)
    return ledger.head(cluster).seq if span is None else span.first - 1

"""Incidents as they ended: by cause and outcome, and how long each of their stages took."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Histogram

from jobs.audit import Entry, Kind
from jobs.story import Fact, Fold, Story, Times
from jobs.story.signals import AFTER

SECONDS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 1800)

BEFORE = 100
"""Entries before an incident that may belong to it, as the pages read them."""

AT_ONCE = 8
"""Incidents of a cluster that are folded at once; there is one at a time, but for one that lost its end
with a Redis failover."""

UNTOLD = "unknown"
"""The cause of an incident whose facts name none."""


class IncidentMetrics:
    """Folds incidents while their entries come, and counts each one AFTER seconds after its end: by
    then its story is what pages show of it, and the same trail gives the same numbers whenever it is
    read."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ended = Counter(
            "pgbaton_incidents",
            "Concluded incidents; outcome: moved (another member leads) or stayed",
            ("cluster", "cause", "outcome"),
            registry=registry,
        )
        self.whole = Histogram(
            "pgbaton_incident_seconds",
            "First sign to concluded",
            ("cluster",),
            buckets=SECONDS,
            registry=registry,
        )
        self.stage = Histogram(
            "pgbaton_incident_stage_seconds",
            "From one instant of an incident to another",
            ("cluster", "stage"),
            buckets=SECONDS,
            registry=registry,
        )
        self._shelves: dict[str, _Shelf] = {}

    def take(self, cluster: str, entry: Entry, fact: Fact) -> None:
        """Take one entry in."""
        self.settle(cluster, now=fact.at)
        self._shelf(cluster).take(entry, fact)

    def settle(self, cluster: str, *, now: float) -> None:
        """Count what ended long enough before `now` (seconds since 1970, Redis TIME)."""
        for story in self._shelf(cluster).ended(now=now):
            self._count(cluster, story)

    def _shelf(self, cluster: str) -> _Shelf:
        return self._shelves.setdefault(cluster, _Shelf())

    def _count(self, cluster: str, story: Story) -> None:
        cause = str(story.cause.kind) if story.cause else UNTOLD
        outcome = "stayed" if story.member in {None, story.before} else "moved"
        self.ended.labels(cluster, cause, outcome).inc()
        self.whole.labels(cluster).observe(story.seconds or 0)
        for name, seconds in stages_of(story.times):
            self.stage.labels(cluster, name).observe(seconds)


def stages_of(times: Times) -> Iterator[tuple[str, float]]:
    """The stages that an incident had, in seconds. One whose end came first is none: an event's
    instant is only heard of."""
    for name, begun, ended in (
        ("detected_to_verified", times.detected, times.verified),
        ("verified_to_first_host", times.verified, times.first_host),
        ("verified_to_last_host", times.verified, times.last_host),
        ("leader_lost_to_writes_resumed", times.leader_lost, times.writes_resumed),
        ("detected_to_concluded", times.detected, times.concluded),
    ):
        if begun is not None and ended is not None and ended >= begun:
            yield name, ended - begun


@dataclass(slots=True)
class _Shelf:
    """One cluster's incidents that were not counted yet, and its newest entries."""

    folds: dict[str, Fold] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    newest: deque[Entry] = field(default_factory=lambda: deque(maxlen=BEFORE))

    def take(self, entry: Entry, fact: Fact) -> None:
        if fact.kind is Kind.OPENED and fact.incident is not None:
            self.folds[fact.incident] = self._begun(fact.incident)
            self._let_go()
        for name, fold in self.folds.items():
            if fact.incident in {None, name}:
                fold.take(entry)
        if fact.kind is Kind.CONCLUDED and fact.incident in self.folds:
            self.ends[fact.incident] = fact.at
        self.newest.append(entry)

    def _begun(self, incident: str) -> Fold:
        fold = Fold(incident)
        for entry in self.newest:
            fold.take(entry)
        return fold

    def _let_go(self) -> None:
        """The oldest one that is not over, where there are too many."""
        waiting = [name for name in self.folds if name not in self.ends]
        for name in waiting[:-AT_ONCE]:
            del self.folds[name]

    def ended(self, *, now: float) -> list[Story]:
        over = [name for name, at in self.ends.items() if now > at + AFTER]
        for name in over:
            del self.ends[name]
        stories = (self.folds.pop(name).told() for name in over)
        return [story for story in stories if story is not None]

"""Reads the newest entries of a trail once: for its chain, for whose hook was heard, for what the watch told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.doctor.evidence import Unseen
from deploy.doctor.subjects.trail import TrailSeen
from jobs.anchor import Anchor
from jobs.audit import Entry, Kind
from jobs.audit.entry import NOT_OURS
from jobs.audit.examine import examine
from jobs.event import CALLBACK, LEADER_KEY
from jobs.ports import Anchors, ReadTrail, Unavailable

NEWEST = 5000
"""Entries that are read; `pgbaton audit verify` reads all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recent:
    """The newest entries of one trail, in order."""

    entries: tuple[Entry, ...]

    @property
    def senders(self) -> frozenset[str]:
        """Whose events were believed and recorded."""
        said = (_facts(entry) for entry in self.entries)
        events = (f.get("evidence") for f in said if f.get("kind") == Kind.EVENT)
        return frozenset(str(e.get("sender")) for e in events if isinstance(e, dict))

    def events(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """The data of each event of this type."""
        for entry in self.entries:
            facts = _facts(entry)
            said = facts.get("evidence")
            if (
                facts.get("kind") == Kind.EVENT
                and isinstance(said, dict)
                and said.get("type") == kind
            ):
                data = said.get("data")
                yield data if isinstance(data, dict) else {}

    @property
    def heard(self) -> frozenset[str]:
        """The members whose hook told something."""
        return frozenset(str(d["member"]) for d in self.events(CALLBACK) if d.get("member"))

    def told_of(self, epoch: int) -> bool:
        """Whether a watch told of this leadership."""
        return any(d.get("epoch") == epoch for d in self.events(LEADER_KEY))


def _facts(entry: Entry) -> Mapping[str, Any]:
    """An entry's facts; none where whoever can write to Redis left something else there."""
    try:
        return dict(entry.facts)
    except NOT_OURS:
        return {}


def read_recent(trail: ReadTrail, cluster: str) -> Recent:
    """Raises LedgerUnavailable."""
    head = trail.head(cluster).seq
    return Recent(entries=tuple(trail.entries(cluster, after=max(head - NEWEST, 0))))


def see_trail(cluster: str, recent: Recent, place: Anchors | None) -> TrailSeen:
    """The newest entries against the anchors that lie among them; never raises."""
    first = recent.entries[0] if recent.entries else None
    anchors, asked = _asked(cluster, place)
    among = [a for a in anchors if first is None or a.seq >= first.seq]
    begins = None if first is None or first.seq == 1 else (first.seq - 1, first.prev)
    found = examine(recent.entries, anchors=among, asked=asked is True, start=begins)
    return TrailSeen(cluster=cluster, found=found, asked=asked)


def _asked(cluster: str, place: Anchors | None) -> tuple[Sequence[Anchor], Unseen | bool | None]:
    if place is None:
        return (), None
    try:
        return place.placed(cluster), True
    except Unavailable as error:
        return (), Unseen(reason=error.reason, remedy=error.remedy)

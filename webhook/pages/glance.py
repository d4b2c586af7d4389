"""A trail's newest entries at a glance: what drifted or was paused last, without reading the trail for each look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from jobs.audit import NOT_OURS, Entry, Kind
from jobs.following import Taken, onward
from jobs.ports import ReadTrail
from jobs.timeline import tell

BACK = 500
"""Entries looked at when a trail is seen for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifted:
    """The last drift that was recorded; `at` in seconds since 1970."""

    host: str
    at: float
    text: str


@dataclass(slots=True)
class Glance:
    """Goes on where it stopped, cluster by cluster."""

    trail: ReadTrail
    _read: dict[str, Taken] = field(default_factory=dict)
    _drift: dict[str, Drifted] = field(default_factory=dict)
    _paused: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def drift(self, cluster: str) -> Drifted | None:
        """The last drift among the newest entries."""
        with self._lock:
            self._go_on(cluster)
            return self._drift.get(cluster)

    def paused(self, cluster: str) -> float | None:
        """When the last pause was recorded among them, in seconds since 1970."""
        with self._lock:
            self._go_on(cluster)
            return self._paused.get(cluster)

    def _go_on(self, cluster: str) -> None:
        entries = onward(self.trail, cluster, self._read.get(cluster))
        for entry in self._anew(cluster) if entries is None else entries:
            self._take(cluster, entry)
            if entry.seq > 0:  # what is no entry has 0
                self._read[cluster] = entry.seq, entry.hash

    def _anew(self, cluster: str) -> Iterable[Entry]:
        """The newest entries, of a trail that was never seen, or that lost what was seen of it."""
        for known in (self._read, self._drift, self._paused):
            known.pop(cluster, None)
        after = max(0, self.trail.head(cluster).seq - BACK)
        return self.trail.entries(cluster, after=after)

    def _take(self, cluster: str, entry: Entry) -> None:
        try:
            facts = entry.facts
            if facts["kind"] == Kind.DRIFT:
                text, host = tell(entry).text, str(facts["evidence"]["host"])
                self._drift[cluster] = Drifted(host=host, at=entry.at / 1e6, text=text)
            if facts["kind"] == Kind.PAUSED:
                self._paused[cluster] = entry.at / 1e6
        except NOT_OURS:
            return

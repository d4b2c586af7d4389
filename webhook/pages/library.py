"""Incidents to look at: read once, remembered, and paged over every cluster by one instant."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Lock

from jobs.audit import Span
from jobs.ports import ReadTrail
from jobs.story import Shelf, Story

PAGE = 25
"""Incidents on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One incident of a list; `story` is None where its opening cannot be read. `at` is in
    microseconds, and what a page's cursor is made of."""

    cluster: str
    incident: str
    at: int
    story: Story | None


@dataclass(slots=True)
class _Stack:
    shelf: Shelf
    lock: Lock = field(default_factory=Lock)


@dataclass(slots=True)
class Library:
    """One shelf for each cluster: whoever reads a long incident keeps no other cluster waiting."""

    trail: ReadTrail
    _stacks: dict[str, _Stack] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def story(self, cluster: str, incident: str) -> Story | None:
        """One incident as it stands now; None where its opening cannot be read."""
        stack = self._stack(cluster)
        with stack.lock:
            return stack.shelf.story(cluster, incident)

    def page(self, clusters: Sequence[str], *, before: int | None) -> tuple[list[Listed], bool]:
        """The newest incidents of these clusters that opened before an instant (microseconds), newest
        first, and whether there are more. Of each cluster only as many are read as the page needs."""
        lists = [self._listed(cluster, before) for cluster in clusters]
        found = list(islice(heapq.merge(*lists, key=lambda one: -one.at), PAGE + 1))
        return found[:PAGE], len(found) > PAGE

    def newest(self, cluster: str) -> Listed | None:
        """A cluster's newest incident."""
        return next(self._listed(cluster, None), None)

    def _listed(self, cluster: str, before: int | None) -> Iterator[Listed]:
        seq = None if before is None else self._first_since(cluster, before)
        while spans := self.trail.spans(cluster, count=PAGE + 1, before=seq):
            yield from (self._one(cluster, span) for span in spans)
            seq = spans[-1].first

    def _one(self, cluster: str, span: Span) -> Listed:
        story, at = self.story(cluster, span.incident), self._at(cluster, span.first)
        return Listed(cluster=cluster, incident=span.incident, at=at, story=story)

    def _at(self, cluster: str, seq: int) -> int:
        return next((e.at for e in self.trail.entries(cluster, after=seq - 1, upto=seq)), 0)

    def _first_since(self, cluster: str, instant: int) -> int:
        """The first entry at or after an instant, by halving: instants grow with the numbers. What was
        trimmed is older than anything."""
        low, high = 1, self.trail.head(cluster).seq + 1
        while low < high:
            middle = (low + high) // 2
            low, high = (
                (low, middle) if self._at(cluster, middle) >= instant else (middle + 1, high)
            )
        return low

    def _stack(self, cluster: str) -> _Stack:
        with self._lock:
            return self._stacks.setdefault(cluster, _Stack(Shelf(self.trail)))

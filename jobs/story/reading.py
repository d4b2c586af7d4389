"""Stories out of a trail: an incident is read by its own range, never by the whole stream."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.audit import Span
from jobs.ports import ReadTrail
from jobs.story.fold import Fold
from jobs.story.story import Story

AROUND = 100
"""Entries read before and after an incident's own, for the events that belong to it."""

KEPT = 200
"""Stories that a shelf remembers."""


def story_of(trail: ReadTrail, cluster: str, incident: str) -> Story | None:
    """One incident; None where it never opened."""
    return Shelf(trail).story(cluster, incident)


def newest_stories(
    trail: ReadTrail, cluster: str, *, count: int, before: int | None = None
) -> list[Story]:
    """The newest incidents of a cluster, newest first; of those that began before entry `before`."""
    return Shelf(trail).newest(cluster, count=count, before=before)


@dataclass(slots=True)
class Shelf:
    """Reads stories, and goes on where it stopped: an incident of a day is not read anew for each
    look. One thread at a time."""

    trail: ReadTrail
    _folds: OrderedDict[tuple[str, str], Fold] = field(default_factory=OrderedDict)

    def story(self, cluster: str, incident: str) -> Story | None:
        """One incident as it stands now. Raises LedgerUnavailable."""
        span = self.trail.span(cluster, incident)
        return None if span is None else self._read(cluster, span)

    def newest(self, cluster: str, *, count: int, before: int | None = None) -> list[Story]:
        """The newest incidents, newest first."""
        return list(self._stories(cluster, count, before))

    def _stories(self, cluster: str, count: int, before: int | None) -> Iterator[Story]:
        for span in self.trail.spans(cluster, count=count, before=before):
            story = self._read(cluster, span)
            if story is not None:
                yield story

    def _read(self, cluster: str, span: Span) -> Story | None:
        fold = self._fold(cluster, span)
        for entry in self.trail.entries(cluster, after=fold.upto, upto=span.last + AROUND):
            fold.take(entry)
        return fold.told()

    def _fold(self, cluster: str, span: Span) -> Fold:
        key = cluster, span.incident
        fold = self._folds.pop(key, None) or Fold(
            span.incident, upto=max(span.first - AROUND, 1) - 1
        )
        self._folds[key] = fold
        while len(self._folds) > KEPT:
            self._folds.popitem(last=False)
        return fold

"""Stories out of a trail: an incident is read by its own range, never by the whole stream."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.audit import Entry, Span
from jobs.following import Taken, onward
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
    look, unless Redis lost what was read of it. One thread at a time."""

    trail: ReadTrail
    _books: OrderedDict[tuple[str, str], _Book] = field(default_factory=OrderedDict)

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
        """Where Redis lost what was read, the story begins anew: others stand in its place by now, and may
        tell of another leader."""
        upto, book = span.last + AROUND, self._known(cluster, span.incident)
        taken = None if book is None else book.taken
        entries = onward(self.trail, cluster, taken, upto=upto)
        if book is None or entries is None:
            book = _Book(Fold(span.incident, upto=max(span.first - AROUND, 1) - 1))
            self._keep(cluster, book)
            entries = iter(self.trail.entries(cluster, after=book.fold.upto, upto=upto))
        for entry in entries:
            book.take(entry)
        return book.fold.told()

    def _known(self, cluster: str, incident: str) -> _Book | None:
        key = cluster, incident
        if key in self._books:
            self._books.move_to_end(key)
        return self._books.get(key)

    def _keep(self, cluster: str, book: _Book) -> None:
        self._books[cluster, book.fold.incident] = book
        while len(self._books) > KEPT:
            self._books.popitem(last=False)


@dataclass(slots=True)
class _Book:
    """An incident as far as it was read."""

    fold: Fold
    taken: Taken | None = None

    def take(self, entry: Entry) -> None:
        if entry.seq > self.fold.upto:
            self.taken = entry.seq, entry.hash
        self.fold.take(entry)

"""All clusters' books, under one lease: what there is to tell, whoever tells it and however."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jobs.ports import Clock, Ledger, LedgerUnavailable
from jobs.slack.layout import Site
from jobs.slack.progress import Progress
from jobs.slack.thread import Thread
from workers.chronicle.book import Book, past, too_old

LEASE, LEASED, RENEWED = "chronicle:slack", 45.0, 5.0
"""Seconds for which one process may post, and after which it says that it still does: longer than the
three calls that one message may take at worst, ten seconds each."""

KEEP_EVERY = 30.0
"""Seconds between two times that is remembered how far trails were read, where nothing is posted."""


class Kept(Protocol):
    """Where a thread's progress is kept."""

    progress: dict[str, Progress]

    def keep(self) -> None: ...
    def close(self, incident: str, /) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thread as it should stand, and where is kept what stands of it."""

    thread: Thread
    book: Kept

    @property
    def known(self) -> Progress:
        return self.book.progress[self.thread.incident]

    @property
    def incident(self) -> bool:
        """False for notices and digests."""
        return isinstance(self.book, Book) and self.thread.incident in self.book.hearings

    def note(self, known: Progress) -> None:
        """Put down how far it is; kept by the book's own `keep`."""
        self.book.progress[self.thread.incident] = known


@dataclass(slots=True, kw_only=True)
class Books:
    """`holder` names this process: of several, the lease lets one act. `name` begins what is remembered."""

    ledger: Ledger
    clock: Clock
    holder: str
    name: str
    clusters: Sequence[str]
    site: Site = field(default_factory=Site)
    of: dict[str, Book] = field(default_factory=dict)
    _renewed: float = -LEASED
    _kept: float = 0.0

    def acts(self) -> bool:
        """Whether the lease is ours for longer than any message takes. No, once, for whoever slept through
        its end: another one may have had it, and what was read before is yesterday's."""
        now = self.clock.monotonic()
        if now - self._renewed < RENEWED:
            return True
        if self._renewed > -LEASED and now - self._renewed >= LEASED:
            self._renewed = -LEASED
            return False
        ours = self.ledger.lease(LEASE, self.holder, seconds=LEASED)
        self._renewed = now if ours else -LEASED
        return ours

    def leave(self) -> None:
        """Let another process act at once."""
        self._renewed = -LEASED
        try:
            self.ledger.lease(LEASE, self.holder, seconds=0)
        except LedgerUnavailable:
            return  # it ends by itself

    def forget(self) -> None:
        """What another process says meanwhile is read anew once it is our turn again."""
        self.of.clear()

    def look(self) -> None:
        """Take in what is new of every cluster; one round trip where nothing is."""
        for cluster, head in self.ledger.heads(self.clusters).items():
            name = f"{self.name}:of:{cluster}"
            book = self.of.get(cluster) or Book.opened(
                self.ledger, cluster, name=name, site=self.site, head=head
            )
            self.of[cluster] = book
            if head.seq != book.cursor:
                book.read(head)

    def items(self) -> Iterator[Item]:
        """What should stand, but for what ended long ago and was never told."""
        now = self.clock.now()
        for book in self.of.values():
            for thread in list(book.threads(now=now)):
                item = Item(thread=thread, book=book)
                if too_old(item.known, thread, now=now):
                    book.close(thread.incident)
                else:
                    yield item

    def put_away(self, told: Sequence[Item]) -> list[str]:
        """Close what was told and is over, and remember from time to time how far all was read.
        Returns what was closed."""
        if not self.acts():
            return []
        now, closed = self.clock.now(), []
        for item in told:
            if past(item.thread, now=now):
                item.book.close(item.thread.incident)
                closed.append(item.thread.incident)
        if self.clock.monotonic() - self._kept >= KEEP_EVERY:
            self._kept = self.clock.monotonic()
            for book in self.of.values():
                book.keep()
        return closed

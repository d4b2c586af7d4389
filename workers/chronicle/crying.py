"""Tells incidents through an incoming webhook: single messages, of which none can be edited or found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

import structlog

from jobs.ports import Barred, Crier, Later, LedgerUnavailable, Told, Unfit
from jobs.slack.alone import next_alone, told_alone
from jobs.slack.message import Message
from jobs.slack.progress import Progress
from workers.chronicle.books import Books, Item
from workers.chronicle.pace import Pace
from workers.chronicle.trouble import Troubles

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Crying:
    """As Poster, to a Crier. What may have been said is said again, marked as maybe repeated."""

    books: Books
    crier: Crier
    pace: Pace = field(init=False)
    _troubles: Troubles = field(init=False)
    _blind: str = ""

    def __post_init__(self) -> None:
        self.pace = Pace(self.books.clock)
        self._troubles = Troubles(memory=self.books.ledger)

    def tick(self) -> None:
        """Say what may be said now. Never raises for what may pass."""
        try:
            if self.books.acts():
                self.books.look()
                self._speak()
            else:
                self.books.forget()
            self._blind = ""
        except LedgerUnavailable as error:
            if str(error) != self._blind:
                log.warning("slack.blind", reason=str(error))
            self._blind = str(error)

    def leave(self) -> None:
        """Let another chronicle act at once."""
        self.books.leave()

    def _speak(self) -> None:
        items = list(self.books.items())
        self._say_next(items)
        self.books.put_away([i for i in items if next_alone(i.known, i.thread) is None])
        self._troubles.tell(self.pace.trouble)

    def _say_next(self, items: Sequence[Item]) -> None:
        """Of all incidents the one that opened first."""
        found = [(i, said) for i in items if (said := next_alone(i.known, i.thread)) is not None]
        if not found or not self.pace.may("post") or not self.books.acts():
            return
        self.pace.called("post")
        item, (key, message) = min(found, key=lambda one: (one[0].thread.opened, one[1][0]))
        before = item.known
        item.note(replace(before, doubt=key))
        item.book.keep()
        self._said(item, key, message, before)

    def _said(self, item: Item, key: str, message: Message, before: Progress) -> None:
        answer = self.crier.post(message)
        match answer:
            case Told():
                self.pace.well("post")
                item.note(told_alone(before, item.thread, key))
            case Later(doubtful=doubtful):
                self.pace.later(answer)
                item.note(replace(before, doubt=key) if doubtful else before)
            case Barred():
                self.pace.barred("post", answer)
                item.note(before)
            case Unfit(reason=reason):
                log.error("slack.unfit", key=key, reason=reason)
                item.note(told_alone(before, item.thread, key))
            case _:
                assert_never(answer)
        item.book.keep()

"""Tells incidents through an incoming webhook: single messages, of which none can be edited or found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

import structlog

from jobs.ports import Barred, Crier, Later, LedgerUnavailable, Told, Unfit
from jobs.slack.alone import OPENED, maybe, next_alone, told_alone
from jobs.slack.digest import Digest, crowded_out, thread_of_digest
from jobs.slack.message import Message
from jobs.slack.progress import Progress
from workers.chronicle.books import Books, Item
from workers.chronicle.digests import waiting_of
from workers.chronicle.pace import Pace
from workers.chronicle.trouble import Troubles

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Crying:
    """As Poster, to a Crier. What may have been said is said again, marked as maybe repeated. With more
    than `most` incidents that wait, the others are one message."""

    books: Books
    crier: Crier
    most: int = 5
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
        crowd = self._crowd(items)
        if crowd:
            self._say_together(crowd)
        else:
            self._say_next(items)
        self.books.put_away([i for i in items if next_alone(i.known, i.thread) is None])
        self._troubles.tell(self.pace.trouble)

    def _crowd(self, items: Sequence[Item]) -> list[Item]:
        """Incidents of which nothing was said, beyond those that have messages of their own."""
        fresh = {i.thread.incident: i for i in items if i.incident and _waits(i)}
        found = crowded_out([waiting_of(i) for i in fresh.values()], open_=0, most=self.most)
        return [fresh[one.incident] for one in found]

    def _say_together(self, crowd: Sequence[Item]) -> None:
        if not self.pace.may("post") or not self.books.acts():
            return
        self.pace.called("post")
        before = [item.known for item in crowd]
        message = self._together(crowd)
        for item in crowd:
            item.note(replace(item.known, doubt=OPENED))
            item.book.keep()
        answer = self.crier.post(message)
        for item, known in zip(crowd, before, strict=True):
            item.note(_told_together(item, known, answer))
            item.book.keep()
        self._heard(answer)

    def _heard(self, answer: Told | Later | Barred | Unfit) -> None:
        match answer:
            case Told():
                self.pace.well("post")
            case Later():
                self.pace.later(answer)
            case Barred():
                self.pace.barred("post", answer)
            case Unfit(reason=reason):
                log.error("slack.unfit", key="digest", reason=reason)

    def _together(self, crowd: Sequence[Item]) -> Message:
        told = tuple((i.thread.cluster, i.thread.incident) for i in crowd)
        tales = [self.books.of[c].hearings[i].told() for c, i in told]
        stories = [tale.story for tale in tales if tale is not None]
        opened = min(i.thread.opened for i in crowd)
        digest = Digest(key=f"digest-{told[0][1]}", opened=opened, told=told)
        message = thread_of_digest(digest, stories, self.books.site).root
        return maybe(message) if any(i.known.doubt == OPENED for i in crowd) else message

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


def _waits(item: Item) -> bool:
    known = item.known
    return not known.keys and next_alone(known, item.thread) is not None


def _told_together(item: Item, before: Progress, answer: object) -> Progress:
    """What the shared message shows as it stands is not said once more."""
    match answer:
        case Later(doubtful=True):
            return replace(before, doubt=OPENED)
        case Later() | Barred():
            return before
        case _:
            covered = (reply.key for reply in item.thread.replies)
            return replace(before, keys=(*before.keys, OPENED, *covered), doubt=None)

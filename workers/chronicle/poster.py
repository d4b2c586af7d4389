"""Tells incidents in Slack: what should stand is compared with what stands, and the difference is posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

import structlog

from jobs.ports import Barred, Later, LedgerUnavailable, Lost, Messenger, Posted, Unfit
from jobs.slack.message import Message
from jobs.slack.progress import (
    Post,
    Progress,
    finished,
    lost_root,
    next_edit,
    next_post,
    read_back,
    root_key,
    stood,
)
from jobs.slack.thread import Thread, digest_of
from workers.chronicle.books import Books, Item
from workers.chronicle.digests import DigestBook
from workers.chronicle.pace import Pace, Verb
from workers.chronicle.trouble import Troubles

log = structlog.get_logger(__name__)

ROOTS = 5
"""Roots tried for one incident: who deletes more of them does not want to read it."""

SKEW = 120.0
"""Seconds by which Slack's clock and Redis' may differ."""


@dataclass(slots=True, kw_only=True)
class Poster:
    """Posts to one channel; `tick` is one look, and what may be posted now. With more than `most`
    incidents the others share a digest. Nobody who moves applications waits
    for this."""

    books: Books
    messenger: Messenger
    most: int = 5
    pace: Pace = field(init=False)
    _digest: DigestBook | None = None
    _troubles: Troubles = field(init=False)
    _served: dict[str, float] = field(default_factory=dict)
    _done: dict[str, tuple[Thread, Progress]] = field(default_factory=dict)
    _blind: str = ""

    def __post_init__(self) -> None:
        self.pace = Pace(self.books.clock)
        self._troubles = Troubles(memory=self.books.ledger)

    def tick(self) -> None:
        """Post what may be posted now. Never raises for what may pass."""
        try:
            if self.books.acts():
                self.books.look()
                self._speak(self._digests())
            else:
                self.books.forget()
                self._digest = None
            self._blind = ""
        except LedgerUnavailable as error:
            if str(error) != self._blind:  # said again only when it changes
                log.warning("slack.blind", reason=str(error))
            self._blind = str(error)

    def leave(self) -> None:
        """Let another chronicle act at once."""
        self.books.leave()

    def _digests(self) -> DigestBook:
        if self._digest is None:
            name = f"{self.books.name}:digest"
            self._digest = DigestBook.opened(self.books.ledger, name=name, most=self.most)
        return self._digest

    def _speak(self, digest: DigestBook) -> None:
        """One call of each sort at most, as the pace allows; then what is over is put away."""
        items = list(self.books.items())
        if self.pace.heard:  # else more may come, and some of it end
            digest.share(items)
        items += digest.items(self.books)
        lively = [item for item in items if not self._rests(item)]
        self._look_up(lively)
        self._post_next(lively)
        self._edit_next(lively)
        self._done = {
            item.thread.incident: (item.thread, item.known)
            for item in items
            if self._rests(item) or finished(item.known, item.thread)
        }
        told = [i for i in items if i.thread.incident in self._done and not digest.holds(i)]
        for closed in self.books.put_away(told):
            self._served.pop(closed, None)
        self._troubles.tell(self.pace.trouble)

    def _rests(self, item: Item) -> bool:
        """Whether this very thread was found told as far as it is known: after a storm hundreds stay for
        minutes of which nothing more is to be said."""
        thread, known = self._done.get(item.thread.incident, (None, None))
        return thread is item.thread and known is item.known

    # One call each.

    def _look_up(self, items: Sequence[Item]) -> None:
        """Where a post is in doubt, Slack itself is asked what stands: the channel once for all roots."""
        doubtful = [i for i in items if i.known.doubt is not None and i.known.digest is None]
        if not doubtful or not self._turn("read"):
            return
        roots = [item for item in doubtful if item.known.root is None]
        asked = roots or doubtful[:1]
        thread = None if roots else asked[0].known.root
        since = min(item.thread.opened for item in asked) - SKEW
        found = self.messenger.written(thread=thread, since=since)
        match found:
            case Mapping():
                self.pace.well("read")
                for item in asked:
                    item.note(read_back(item.known, item.thread, found))
            case Lost():
                self._lost(asked[0], found)
            case Later():
                self.pace.later(found)
            case Barred():
                self.pace.barred("read", found)
            case _:
                assert_never(found)

    def _post_next(self, items: Sequence[Item]) -> None:
        """Roots first, then whoever was served longest ago."""
        sure = [i for i in items if i.known.doubt is None]
        posts = [(i, post) for i in sure if (post := next_post(i.known, i.thread)) is not None]
        if not posts or not self._turn("post"):
            return
        item, post = min(posts, key=self._rank)
        before = item.known
        item.note(replace(before, doubt=post.key))
        item.book.keep()
        self._posted(item, post, before)

    def _rank(self, one: tuple[Item, Post]) -> tuple[bool, float, float, str]:
        item, post = one
        served = self._served.get(item.thread.incident, 0.0)
        replies = post.thread is not None
        return replies, served if replies else 0.0, item.thread.opened, post.key

    def _posted(self, item: Item, post: Post, before: Progress) -> None:
        answer = self.messenger.post(post.message, key=post.key, thread=post.thread)
        match answer:
            case Posted(ts=ts):
                self._well(item, "post")
                item.note(stood(before, item.thread, post, ts))
            case Later(doubtful=doubtful):
                self.pace.later(answer)
                if not doubtful:
                    item.note(before)
                return
            case Lost():
                self._lost(item, answer)
            case Barred():
                self.pace.barred("post", answer)
                item.note(before)
                return
            case Unfit(reason=reason):
                log.error("slack.unfit", key=post.key, reason=reason)
                item.note(_skipped(before, item.thread, post))
            case _:
                assert_never(answer)
        item.book.keep()

    def _edit_next(self, items: Sequence[Item]) -> None:
        edits = [(i, root) for i in items if (root := next_edit(i.known, i.thread)) is not None]
        if not edits or not self._turn("edit"):
            return
        item, root = min(edits, key=lambda one: self._served.get(one[0].thread.incident, 0.0))
        self._edited(item, root)

    def _edited(self, item: Item, root: Message) -> None:
        known, thread = item.known, item.thread
        assert known.root is not None
        answer = self.messenger.edit(known.root, root, key=root_key(thread, known.number))
        match answer:
            case Posted():
                self._well(item, "edit")
                item.note(replace(known, shown=digest_of(root)))
            case Later():
                self.pace.later(answer)
            case Lost():
                self._lost(item, answer)
            case Barred():
                self.pace.barred("edit", answer)
            case Unfit(reason=reason):
                log.error("slack.unfit", key=root_key(thread, known.number), reason=reason)
                item.note(replace(known, shown=digest_of(root)))
            case _:
                assert_never(answer)
        item.book.keep()

    def _lost(self, item: Item, answer: Lost) -> None:
        log.warning("slack.lost", incident=item.thread.incident, reason=answer.reason)
        known = item.known
        if answer.kind == "edit-window-closed":
            item.note(replace(known, frozen=True, doubt=None))
        elif known.number >= ROOTS:
            item.note(replace(known, dumb=True, doubt=None))
        else:
            item.note(lost_root(known))
        item.book.keep()

    def _turn(self, verb: Verb) -> bool:
        """True where a call may be made now, by us."""
        if not self.pace.may(verb) or not self.books.acts():
            return False
        self.pace.called(verb)
        return True

    def _well(self, item: Item, verb: Verb) -> None:
        self.pace.well(verb)
        self._served[item.thread.incident] = self.books.clock.monotonic()


def _skipped(known: Progress, thread: Thread, post: Post) -> Progress:
    """Slack will never take it: go on without."""
    if post.thread is None:
        return replace(known, dumb=True)
    return stood(known, thread, post, "")

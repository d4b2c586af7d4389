"""Tells incidents in Slack: what should stand is compared with what stands, and the difference is posted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol, assert_never

import structlog

from jobs.ports import (
    Barred,
    Clock,
    Later,
    Ledger,
    LedgerUnavailable,
    Lost,
    Messenger,
    Posted,
    Unfit,
)
from jobs.slack.digest import Waiting, crowded_out, thread_of_digest
from jobs.slack.layout import Site
from jobs.slack.message import Message
from jobs.slack.progress import (
    Post,
    Progress,
    lost_root,
    next_edit,
    next_post,
    read_back,
    root_key,
    stood,
)
from jobs.slack.thread import Thread, digest_of
from workers.chronicle.book import Book, over, too_old
from workers.chronicle.digests import DigestBook
from workers.chronicle.pace import Pace, Trouble, Verb

log = structlog.get_logger(__name__)

LEASE, LEASED = "chronicle:slack", 30.0
"""Seconds for which one process may post: longer than any call to Slack takes."""

KEEP_EVERY = 30.0
"""Seconds between two times that is remembered how far trails were read, where nothing is posted."""

ROOTS = 5
"""Roots tried for one incident: who deletes more of them does not want to read it."""

TROUBLE = "slack:trouble"
"""Where it is remembered why nothing is posted: {reason, remedy, since}, or an empty text."""


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

    def note(self, known: Progress) -> None:
        """Put down how far it is, to be kept."""
        self.book.progress[self.thread.incident] = known


@dataclass(slots=True, kw_only=True)
class Poster:
    """Posts to one channel; `tick` is one look and what may be posted now. `holder` names this process:
    of several, the lease lets one act. `troubled` hears why nothing can be posted, and None when it
    can again. Nothing here is waited for by anybody who moves applications."""

    ledger: Ledger
    messenger: Messenger
    clock: Clock
    holder: str
    channel: str
    clusters: Sequence[str]
    site: Site = field(default_factory=Site)
    most: int = 5
    troubled: Callable[[Trouble | None], None] = lambda _: None
    waiting: int = 0
    pace: Pace = field(init=False)
    _books: dict[str, Book] = field(default_factory=dict)
    _digest: DigestBook | None = None
    _served: dict[str, float] = field(default_factory=dict)
    _renewed: float = -LEASED
    _kept: float = 0.0
    _blind: str = ""
    _said: Trouble | None = None

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock)

    def tick(self) -> None:
        """Post what may be posted now. Never raises for what may pass."""
        try:
            if self._acts():
                self._look()
                self._speak()
            else:  # another posts: what it says is read anew once it ends
                self._books, self._digest = {}, None
            self._blind = ""
        except LedgerUnavailable as error:
            if str(error) != self._blind:  # said again only when it changes
                log.warning("slack.blind", reason=str(error))
            self._blind = str(error)

    def leave(self) -> None:
        """Let another chronicle act at once."""
        try:
            self.ledger.lease(LEASE, self.holder, seconds=0)
        except LedgerUnavailable:
            return  # it ends by itself

    def _acts(self) -> bool:
        """Whether the lease is ours for longer than any call takes."""
        now = self.clock.monotonic()
        if now - self._renewed < LEASED / 3:
            return True
        ours = self.ledger.lease(LEASE, self.holder, seconds=LEASED)
        self._renewed = now if ours else -LEASED
        return ours

    def _look(self) -> None:
        if self._digest is None:
            self._digest = DigestBook.opened(self.ledger, name=f"slack:{self.channel}:digest")
        heads = self.ledger.heads(self.clusters)
        for cluster, head in heads.items():
            book = self._books.get(cluster) or Book.opened(
                self.ledger,
                cluster,
                name=f"slack:{self.channel}:of:{cluster}",
                site=self.site,
                head=head,
            )
            self._books[cluster] = book
            if head.seq != book.cursor:
                book.read(head)

    def _speak(self) -> None:
        """One call of each sort at most, as the pace allows; then what is over is put away."""
        items = list(self._items())
        self._share(items)
        self._look_up(items)
        self._post_next(items)
        self._edit_next(items)
        self._put_away(items)
        self._tell_trouble()

    # What there is to tell.

    def _items(self) -> Iterator[Item]:
        now = self.clock.now()
        for book in self._books.values():
            for thread in list(book.threads(now=now)):
                item = Item(thread=thread, book=book)
                if too_old(item.known, thread, now=now):
                    book.close(thread.incident)
                else:
                    yield item
        yield from self._digest_item()

    def _digest_item(self) -> Iterator[Item]:
        assert self._digest is not None
        digest = self._digest.digest
        if digest is None:
            return
        held = [self._books[c].hearings.get(i) for c, i in digest.told if c in self._books]
        tales = [hearing.told() for hearing in held if hearing is not None]
        stories = [tale.story for tale in tales if tale is not None]
        thread = thread_of_digest(digest, stories, self.site)
        yield Item(thread=thread, book=self._digest)

    def _share(self, items: Sequence[Item]) -> None:
        """Who finds no room among the threads is told by the digest, until there is room."""
        assert self._digest is not None
        own = [i for i in items if i.thread.incident in _hearings(i.book) and not i.known.dumb]
        used = sum(i.known.root is not None and not i.thread.over for i in own)
        waiting = [i for i in own if _waits(i.known)]
        crowd = crowded_out([_waiting(i) for i in waiting], open_=used, most=self.most)
        names = {one.incident for one in crowd}
        if crowd:
            key = self._digest.take(crowd)
            for item in (i for i in waiting if i.thread.incident in names):
                item.note(replace(item.known, digest=key))
                item.book.keep()
            return
        self._let_out(own, room=max(0, self.most - used - len(waiting)))

    def _let_out(self, own: Sequence[Item], *, room: int) -> None:
        """Incidents of the digest that are still open get a thread, the oldest first."""
        told = [i for i in own if i.known.digest is not None and not i.thread.over]
        for item in sorted(told, key=lambda one: one.thread.opened)[:room]:
            item.note(replace(item.known, digest=None))

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
                self.pace.well()
                for item in asked:
                    item.note(read_back(item.known, item.thread, found))
            case Lost():
                self._lost(asked[0], found)
            case Later():
                self.pace.later(found)
            case Barred():
                self.pace.barred(found)
            case _:
                assert_never(found)

    def _post_next(self, items: Sequence[Item]) -> None:
        """Roots first, then whoever was served longest ago."""
        sure = [i for i in items if i.known.doubt is None]
        posts = [(i, post) for i in sure if (post := next_post(i.known, i.thread)) is not None]
        self.waiting = len(posts)
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
                self._well(item)
                item.note(stood(before, item.thread, post, ts))
            case Later(doubtful=doubtful):
                self.pace.later(answer)
                if not doubtful:
                    item.note(before)
                return
            case Lost():
                self._lost(item, answer)
            case Barred():
                self.pace.barred(answer)
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
        item, root = min(edits, key=lambda one: self._served.get(f"={one[0].thread.incident}", 0.0))
        self._served[f"={item.thread.incident}"] = self.clock.monotonic()
        self._edited(item, root)

    def _edited(self, item: Item, root: Message) -> None:
        known, thread = item.known, item.thread
        assert known.root is not None
        answer = self.messenger.edit(known.root, root, key=root_key(thread, known.number))
        match answer:
            case Posted():
                self._well(item)
                item.note(replace(known, shown=digest_of(root)))
            case Later():
                self.pace.later(answer)
            case Lost():
                self._lost(item, answer)
            case Barred():
                self.pace.barred(answer)
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
        if not self.pace.may(verb) or not self._acts():
            return False
        self.pace.called(verb)
        return True

    def _well(self, item: Item) -> None:
        self.pace.well()
        self._served[item.thread.incident] = self.clock.monotonic()

    # What is over, and what is wrong.

    def _put_away(self, items: Sequence[Item]) -> None:
        if self._digest is None or not self._acts():
            return
        now = self.clock.now()
        for item in items:
            thread = item.thread
            shared = self._digest.holds(thread.cluster, thread.incident)
            if over(item.known, thread, now=now) and not shared:
                item.book.close(thread.incident)
                self._served.pop(thread.incident, None)
                self._served.pop(f"={thread.incident}", None)
        if self.clock.monotonic() - self._kept >= KEEP_EVERY:
            self._kept = self.clock.monotonic()
            for book in self._books.values():
                book.keep()

    def _tell_trouble(self) -> None:
        """Once when it begins, once when it changes, once when it ends."""
        now = self.pace.trouble
        if now == self._said:
            return
        self.ledger.remember(TROUBLE, "" if now is None else json.dumps(asdict(now)))
        self._said = now
        self.troubled(now)
        if now is None:
            log.info("slack.well")
        else:
            log.error("slack.trouble", reason=now.reason, remedy=now.remedy)


SKEW = 120.0
"""Seconds by which Slack's clock and Redis' may differ."""


def _hearings(book: Kept) -> Mapping[str, object]:
    return book.hearings if isinstance(book, Book) else {}


def _waits(known: Progress) -> bool:
    return known.root is None and known.digest is None and known.doubt is None


def _waiting(item: Item) -> Waiting:
    thread = item.thread
    return Waiting(
        cluster=thread.cluster, incident=thread.incident, opened=thread.opened, over=thread.over
    )


def _skipped(known: Progress, thread: Thread, post: Post) -> Progress:
    """Slack will never take it: go on without."""
    if post.thread is None:
        return replace(known, dumb=True)
    return stood(known, thread, post, "")

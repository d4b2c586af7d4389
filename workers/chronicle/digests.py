"""The digest as it is remembered: which incidents it tells, and which message it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from jobs.ports import Memory
from jobs.slack.digest import Digest, Waiting, crowded_out, thread_of_digest
from jobs.slack.progress import Progress, from_json, to_json
from jobs.slack.thread import Thread
from workers.chronicle.books import Books, Item


@dataclass(slots=True, kw_only=True)
class DigestBook:
    """At most one digest is open; `digest` is None where there is none. `most`: threads at once."""

    memory: Memory
    name: str
    most: int
    digest: Digest | None = None
    progress: dict[str, Progress] = field(default_factory=dict)
    _kept: str = ""
    _drawn: tuple[object, Thread] | None = None
    _told: tuple[object, frozenset[tuple[str, str]]] | None = None

    @classmethod
    def opened(cls, memory: Memory, *, name: str, most: int) -> DigestBook:
        """As the last process left it; empty where nothing is remembered, or nothing readable."""
        book = cls(memory=memory, name=name, most=most)
        try:
            raw = json.loads(memory.recall(name) or "")
            told = tuple((str(c), str(i)) for c, i in raw["told"])
            digest = Digest(key=raw["key"], opened=raw["opened"], told=told)
            book.progress = {digest.key: from_json(raw["progress"])}
            book.digest = digest
        except (ValueError, KeyError, TypeError):
            return cls(memory=memory, name=name, most=most)
        return book

    def items(self, books: Books) -> Iterator[Item]:
        """The digest's own message, drawn anew where an incident of it moved."""
        if self.digest is None:
            return
        found = [books.of[c].hearings.get(i) for c, i in self.digest.told if c in books.of]
        held = [hearing for hearing in found if hearing is not None]
        state = self.digest, tuple((one.incident, one.fold.upto, one.hash) for one in held)
        if self._drawn is None or self._drawn[0] != state:
            tales = [hearing.told() for hearing in held]
            stories = [tale.story for tale in tales if tale is not None]
            self._drawn = state, thread_of_digest(self.digest, stories, books.site)
        yield Item(thread=self._drawn[1], book=self)

    def share(self, items: Sequence[Item]) -> None:
        """Who finds no room among the threads is told by the digest, until there is room."""
        own = [item for item in items if item.incident and not item.known.dumb]
        used = sum(item.known.root is not None and not item.thread.over for item in own)
        waiting = {item.thread.incident: item for item in own if _waits(item.known)}
        crowd = crowded_out(
            [waiting_of(item) for item in waiting.values()], open_=used, most=self.most
        )
        if crowd:
            key = self._take(crowd)
            for item in (waiting[one.incident] for one in crowd):
                item.note(replace(item.known, digest=key))
                item.book.keep()
        else:
            _let_out(own, room=max(0, self.most - used - len(waiting)))

    def holds(self, item: Item) -> bool:
        """True where the open digest tells of this incident."""
        if self.digest is None:
            return False
        if self._told is None or self._told[0] is not self.digest.told:
            self._told = self.digest.told, frozenset(self.digest.told)
        return (item.thread.cluster, item.thread.incident) in self._told[1]

    def close(self, _: str) -> None:
        """All of its incidents are over, and told."""
        self.digest, self.progress = None, {}
        self.keep()

    def keep(self) -> None:
        """Remember it, where it changed. Raises LedgerUnavailable."""
        text = self._text()
        if text != self._kept:
            self.memory.remember(self.name, text)
            self._kept = text

    def _take(self, crowd: Sequence[Waiting]) -> str:
        if self.digest is None:
            first = min(crowd, key=lambda one: one.opened)
            self.digest = Digest(key=f"digest-{first.incident}", opened=first.opened)
            self.progress = {self.digest.key: Progress()}
        fresh = [(one.cluster, one.incident) for one in crowd]
        told = tuple(dict.fromkeys((*self.digest.told, *fresh)))
        self.digest = replace(self.digest, told=told)
        self.keep()
        return self.digest.key

    def _text(self) -> str:
        if self.digest is None:
            return ""
        one = self.digest
        progress = to_json(self.progress[one.key])
        plain = {"key": one.key, "opened": one.opened, "told": one.told, "progress": progress}
        return json.dumps(plain, separators=(",", ":"))


def _let_out(own: Sequence[Item], *, room: int) -> None:
    """Incidents of the digest that are still open get a thread, the oldest first."""
    told = [i for i in own if i.known.digest is not None and not i.thread.over]
    for item in sorted(told, key=lambda one: one.thread.opened)[:room]:
        item.note(replace(item.known, digest=None))


def _waits(known: Progress) -> bool:
    return known.root is None and known.digest is None and known.doubt is None


def waiting_of(item: Item) -> Waiting:
    """An incident as `crowded_out` ranks it."""
    thread = item.thread
    return Waiting(
        cluster=thread.cluster, incident=thread.incident, opened=thread.opened, over=thread.over
    )

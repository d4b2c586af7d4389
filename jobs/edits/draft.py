"""Without this file two wanted parts of one value, a host and its port, would undo each other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jobs.edits.connection import with_part
from jobs.edits.document import Address, Document, address
from jobs.edits.raw import exchanged
from jobs.edits.secret import masked
from jobs.edits.slot import NOT_APPENDED, Obstacle, Path, Refusal, Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One key's value before and after, for people: secrets in it are masked; "" if missing."""

    key: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a slot shall hold: the raw text, and the value that readers get from it."""

    raw: str
    value: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """What has been decided for one document so far."""

    before: Document
    written: dict[Slot, Written] = field(default_factory=dict)
    appended: dict[Path, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)

    def want(self, key: str, new: str) -> Refusal | None:
        """Decide one wanted value, in every place where its key stands."""
        where = address(self.before.grammar, key)
        if isinstance(where, Refusal):
            return where
        obstacle = self._unwritable(where, new) or self._decide(where, new)
        return where.refused(obstacle) if obstacle else None

    def parts(self) -> Iterator[tuple[int, int, str]]:
        """(start, end, raw) of every slot to write, in characters."""
        for slot, written in self.written.items():
            yield slot.start, slot.end, written.raw

    def _unwritable(self, where: Address, new: str) -> Obstacle | None:
        if not new.isprintable():
            return _UNPRINTABLE
        wrong = any(not self._right(slot, where, new) for slot in self.before.at(where.path))
        missing = not self.before.at(where.path)
        return self.before.obstacle(where.path) if wrong or missing else None

    def _decide(self, where: Address, new: str) -> Obstacle | None:
        slots = self.before.at(where.path)
        wrong = [slot for slot in slots if not self._right(slot, where, new)]
        if not slots:
            return self._append(where, new)
        if wrong:
            old = where.within(self._now(wrong[0]).value) or ""
            self._changed(where, old, new)
        return next(filter(None, (self._rewrite(slot, where, new) for slot in wrong)), None)

    def _append(self, where: Address, new: str) -> Obstacle | None:
        if where.part is not None:
            return NOT_APPENDED
        self.appended[where.path] = new
        self._changed(where, "", new)
        return None

    def _rewrite(self, slot: Slot, where: Address, new: str) -> Obstacle | None:
        now = self._now(slot)
        value = new if where.part is None else with_part(now.value, where.part, new)
        if value is None:
            return _NO_SUCH_PART
        written = self._exchanged(slot, where, value) or self.before.grammar.write(slot, value)
        if isinstance(written, Obstacle):
            return written
        self.written[slot] = Written(raw=written, value=value)
        return None

    def _exchanged(self, slot: Slot, where: Address, value: str) -> str | None:
        now = self._now(slot)
        quoted = slot.settled and now.raw[:1] in ("'", '"')
        if not quoted and where.part is None:
            return None
        return exchanged(now.raw, old=now.value, new=value, settled=slot.settled)

    def _right(self, slot: Slot, where: Address, new: str) -> bool:
        settled = slot.settled or where.part is not None or slot in self.written
        return settled and slot.value is not None and where.within(self._now(slot).value) == new

    def _now(self, slot: Slot) -> Written:
        raw = self.before.text[slot.start : slot.end]
        return self.written.get(slot, Written(raw=raw, value=slot.value or ""))

    def _changed(self, where: Address, old: str, new: str) -> None:
        shown = Change(key=where.key, old=masked(where.key, old), new=masked(where.key, new))
        self.changes.append(shown)


_UNPRINTABLE = Obstacle(
    reason="the wanted value has characters that do not print",
    remedy="correct the template or the address it is made from",
)
_NO_SUCH_PART = Obstacle(
    reason="the value is no connection string with exactly one such keyword",
    remedy="write the keyword into the value once, or manage the whole value by a template",
)

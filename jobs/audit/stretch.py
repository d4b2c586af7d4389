"""A chain as the rows that hold together: what stands behind a break may be proven all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from jobs.audit.chain import changed, fault_of
from jobs.audit.entry import Entry


@dataclass(slots=True, kw_only=True)
class Stretch:
    """Entries that follow each other, from `first` to `last`, and the hashes of those that were asked
    for. `fault` is why it does not follow what stood before, and `expected` the number that should have;
    `changed` that its only entry is no longer what it was, so that nothing in it counts. `at` is the
    newest entry's instant."""

    first: int
    last: int
    prev: str
    head: str
    fault: str = ""
    expected: int = 0
    changed: bool = False
    at: int = 0
    marks: dict[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many entries stand in it."""
        return self.last - self.first + 1


def stretches(entries: Iterable[Entry], *, wanted: Collection[int] = ()) -> Iterator[Stretch]:
    """Walk the whole chain, also past what does not fit."""
    now: Stretch | None = None
    for entry in entries:
        if now is None or now.changed or fault_of(entry, head=now.head, seq=now.last + 1):
            if now is not None:
                yield now
            now = _begun(entry, now)
        now.last, now.head, now.at = entry.seq, entry.hash, entry.at
        if entry.seq in wanted:
            now.marks[entry.seq] = entry.hash
    if now is not None:
        yield now


def _begun(entry: Entry, before: Stretch | None) -> Stretch:
    own, fault, expected = changed(entry), None, entry.seq
    if before is not None:
        expected = before.last + 1
        fault = fault_of(entry, head=before.head, seq=expected)
    return Stretch(
        first=entry.seq,
        last=entry.seq,
        prev=entry.prev,
        head=entry.hash,
        fault=fault or own or "",
        expected=expected,
        changed=own is not None,
    )

"""The walk along a chain: without it an entry could be changed, and nobody would know from which on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from jobs.audit.entry import GENESIS, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a walk along the chain found. `bad` is the first entry that does not fit, or None."""

    entries: int
    head: str
    bad: int | None = None
    reason: str = ""


def verify(entries: Iterable[Entry], *, start: str = GENESIS, first: int = 1) -> Verified:
    """Walk the chain from `start`: numbers without a gap, each hash over the one before."""
    head, seq = start, first - 1
    for entry in entries:
        fault = fault_of(entry, head=head, seq=seq + 1)
        if fault:
            return Verified(entries=seq - first + 1, head=head, bad=entry.seq, reason=fault)
        head, seq = entry.hash, entry.seq
    return Verified(entries=seq - first + 1, head=head)


def fault_of(entry: Entry, *, head: str, seq: int) -> str | None:
    """Why an entry is not the one that stands at `seq` after `head`; None where it is."""
    if entry.seq != seq:
        return _misplaced(entry.seq, seq)
    if entry.prev != head:
        return f"entry {entry.seq} does not follow the entry before it"
    return changed(entry)


def changed(entry: Entry) -> str | None:
    """Whether an entry is no longer what its own hash was made of."""
    text = f"{entry.prev}\n{entry.seq}\n{entry.at}\n{entry.body}"
    if entry.hash == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest():
        return None
    return f"entry {entry.seq} was changed after it was written"


def _misplaced(found: int, seq: int) -> str:
    if found > seq:
        missing = f"entry {seq} is" if found == seq + 1 else f"entries {seq} to {found - 1} are"
        return f"{missing} missing; entry {found} stands in its place"
    what = f"entry {found}" if found else "what is no entry"
    return f"{what} stands where entry {seq} should"

"""Follows a trail entry by entry, also over a Redis failover that cost it its end: without it, what is told
then would be passed over, because its numbers had been read before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from jobs.audit import Entry, Head
from jobs.ports import ReadTrail

BACK = 200
"""Entries remembered by number and hash: a failover loses those of a second or two."""


@dataclass(slots=True, kw_only=True)
class Follower:
    """One trail's reader. `read` is the number of the last entry taken; it may begin anywhere."""

    trail: ReadTrail
    cluster: str
    read: int = 0
    _newest: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=BACK))

    def fresh(self, head: Head | None = None) -> Iterator[Entry]:
        """The entries that are new, in order; whoever stops early goes on there. `head` is the trail's,
        where it was just asked for. Raises LedgerUnavailable."""
        head = self.trail.head(self.cluster) if head is None else head
        if self._stands_at(head):
            return
        self._step_back(head)
        for entry in self.trail.entries(self.cluster, after=self.read):
            self.read = entry.seq
            self._newest.append((entry.seq, entry.hash))
            yield entry

    def _stands_at(self, head: Head) -> bool:
        known = self._newest[-1] if self._newest else (head.seq, head.hash)
        return head.seq == self.read and known == (head.seq, head.hash)

    def _step_back(self, head: Head) -> None:
        """Back to the newest entry that was read and still stands. Of one that was trimmed nothing is
        said: it counts as standing."""
        self.read = min(self.read, head.seq)
        while self._newest and not self._stands(*self._newest[-1], head=head):
            self._newest.pop()
            self.read = min(self.read, self._newest[-1][0] if self._newest else head.seq)

    def _stands(self, seq: int, hash_: str, *, head: Head) -> bool:
        if seq > head.seq:
            return False
        found = self.trail.entries(self.cluster, after=seq - 1, upto=seq)
        return all(entry.hash == hash_ for entry in found)


Taken = tuple[int, str]
"""The number and the hash of the last entry that was taken."""


def onward(
    trail: ReadTrail, cluster: str, taken: Taken | None, *, upto: int | None = None
) -> Iterator[Entry] | None:
    """What follows after `taken`, as far as `upto`, for whoever cannot take back what he made of entries.
    None where that one stands no more, or where there is none: begin anew. One that was trimmed counts
    as standing. Costs one entry more than is new. Raises LedgerUnavailable."""
    if taken is None:
        return None
    seq, hash_ = taken
    last = None if upto is None else max(upto, seq)
    found = iter(trail.entries(cluster, after=seq - 1, upto=last))
    first = next(found, None)
    if first is None:
        return found if trail.head(cluster).seq >= seq else None
    if first.seq != seq:
        return chain([first], found)
    return found if first.hash == hash_ else None

"""Whether an incident's entries are still what was written: walked once, and on from there."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from threading import Lock

from jobs.audit import GENESIS, Entry, Head, Span, verify
from jobs.following import onward
from jobs.ports import ReadTrail

KEPT = 200
"""Walks remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """What a walk over an incident's own range found: `last` is the newest entry that fits, `bad` the
    first one that does not."""

    first: int
    last: int
    hash: str
    entries: int
    bad: int | None = None
    reason: str = ""


@dataclass(slots=True)
class Chains:
    """Walks along chains. What was walked is not walked again, unless Redis lost it: a change behind one's
    back is what `pgbaton audit verify` is for, and the page says so."""

    trail: ReadTrail
    _known: OrderedDict[tuple[str, str], Walked] = field(default_factory=OrderedDict)
    _locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))
    _lock: Lock = field(default_factory=Lock)

    def walk(self, cluster: str, span: Span) -> Walked:
        """The chain from an incident's first entry to its newest."""
        with self._locks[cluster]:
            walked = self._on(cluster, span, self._known.get((cluster, span.incident)))
            self._keep((cluster, span.incident), walked)
            return walked

    def _keep(self, key: tuple[str, str], walked: Walked) -> None:
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = walked
            while len(self._known) > KEPT:
                self._known.popitem(last=False)

    def head(self, cluster: str) -> Head:
        """The trail's newest entry."""
        return self.trail.head(cluster)

    def _on(self, cluster: str, span: Span, known: Walked | None) -> Walked:
        """On from the last entry that fitted; anew where Redis lost that one: whatever follows in its place
        would be taken for forged."""
        taken = (known.last, known.hash) if known is not None and known.entries else None
        entries = onward(self.trail, cluster, taken, upto=span.last)
        if known is None or entries is None:
            known = self._start(cluster, span)
            entries = iter(self.trail.entries(cluster, after=known.last, upto=span.last))
        found = verify(entries, start=known.hash, first=known.last + 1)
        return Walked(
            first=span.first,
            last=known.last + found.entries,
            hash=found.head,
            entries=known.entries + found.entries,
            bad=found.bad,
            reason=found.reason,
        )

    def _start(self, cluster: str, span: Span) -> Walked:
        """Nothing yet, before the first entry: what that one names as its previous hash is believed here."""
        first: Entry | None = next(
            iter(self.trail.entries(cluster, after=span.first - 1, upto=span.first)), None
        )
        prev = first.prev if first is not None else GENESIS
        return Walked(first=span.first, last=span.first - 1, hash=prev, entries=0)

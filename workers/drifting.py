"""Whose targets are read when: without it, a thousand clusters would be read in one burst, and a failover wait behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from math import ceil, inf

from jobs.inventory import Inventory
from jobs.names import RECONCILE, job_id
from jobs.ports import Clock, Ledger
from workers.reconciling import ask_reconcile

LATER = 10
"""Whom another process had read lately is asked for again after this part of the time between two reads; and so
many times as many are asked for at a tick, at most, as are read."""


@dataclass(slots=True, kw_only=True)
class DriftTurns:
    """Every quiet cluster's targets are read once in `timing.drift` seconds, in turn and evenly; whoever
    waited longest comes first. What is remembered here spares questions: what decides is the lease."""

    inventory: Inventory
    ledger: Ledger
    clock: Clock
    _next: dict[str, float] = field(default_factory=dict)

    def tick(self, quiet: Collection[str]) -> None:
        """Have some of these read, if it is their turn. Raises LedgerUnavailable."""
        left = self._share
        for cluster in self._due(quiet):
            left -= self._read(cluster)
            if not left:
                return

    @property
    def _share(self) -> int:
        """How many a tick reads, so that all have had their turn in time."""
        timing = self.inventory.timing
        return ceil(len(self.inventory.clusters) * timing.clock / timing.drift)

    def _due(self, quiet: Collection[str]) -> Iterator[str]:
        now = self.clock.monotonic()
        due = [cluster for cluster in quiet if self._next.get(cluster, -inf) <= now]
        yield from sorted(due, key=lambda c: self._next.get(c, -inf))[: LATER * self._share]

    def _read(self, cluster: str) -> bool:
        """False where another process had it read lately. The lease ends before our own next turn does."""
        timing, now = self.inventory.timing, self.clock.monotonic()
        once = job_id(RECONCILE, cluster)  # nobody's name: not even this process renews it
        seconds = max(timing.drift - timing.clock, timing.drift / 2)
        ours = self.ledger.lease(f"drift:{cluster}", once, seconds=seconds)
        self._next[cluster] = now + (timing.drift if ours else timing.drift / LATER)
        if ours:
            ask_reconcile(self.ledger, self.inventory, cluster)
        return ours

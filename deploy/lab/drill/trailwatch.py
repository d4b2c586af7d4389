"""Reads the audit trail while it grows, so that the drill can be watched and timed by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.lab import layout
from deploy.lab.drill.history import Leadership
from deploy.lab.lab import Lab
from jobs.audit import Entry, Kind
from jobs.fence import Fence
from jobs.ports import LedgerUnavailable, ReadTrail
from jobs.remote import HOLDS
from workers.secrets import Secrets
from workers.store import ledger_of

EVERY = 0.05


@dataclass(slots=True, kw_only=True)
class TrailWatch:
    """Every entry so far, in order. `told` hears of each once. `lost` are those that stood in the trail and
    do not any more: a Redis that failed over may lack its newest entries."""

    trail: ReadTrail
    told: Callable[[Entry], None]
    entries: list[Entry] = field(default_factory=list)
    lost: list[Entry] = field(default_factory=list)

    def start(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def concluded(self, epoch: int) -> bool:
        """Whether an incident ended with every host at this epoch."""
        return any(epoch_of(f) == epoch for f in self._facts(Kind.CONCLUDED))

    def open(self) -> bool:
        """Whether an incident began that has not ended."""
        began, ended = (
            {f["incident"] for f in self._facts(kind)} for kind in (Kind.OPENED, Kind.CONCLUDED)
        )
        return bool(began - ended)

    def holds(self, host: str, leader: Leadership) -> bool:
        """Whether a host's end under this leadership stands in the trail."""
        told = (f for f in self._facts(Kind.HOST) if epoch_of(f) == leader.epoch)
        return any(
            f["evidence"]["host"] == host and f["evidence"]["outcome"] in HOLDS for f in told
        )

    def _facts(self, kind: Kind) -> Iterator[Mapping[str, Any]]:
        return (f for f in (entry.facts for entry in self.entries) if f["kind"] == kind)

    def _follow(self) -> None:
        while True:
            try:
                self.read()
            except LedgerUnavailable:
                time.sleep(0.2)
            time.sleep(EVERY)

    def read(self) -> None:
        """Read on from the newest entry, which must still stand where it stood."""
        last = self.entries[-1:]
        read = list(self.trail.entries(layout.CLUSTER, after=last[0].seq - 1 if last else 0))
        if read[: len(last)] != last:
            self._rewind()
            return
        for entry in read[len(last) :]:
            self.entries.append(entry)
            self.told(entry)

    def _rewind(self) -> None:
        """Set apart what is lost, and go on behind what is left."""
        held = set(self.trail.entries(layout.CLUSTER))
        self.lost += [entry for entry in self.entries if entry not in held]
        self.entries = [entry for entry in self.entries if entry in held]


def watch_trail(lab: Lab, told: Callable[[Entry], None]) -> TrailWatch:
    secrets = Secrets({"PGBATON_REDIS_PASSWORD": lab.secrets.redis})
    return TrailWatch(trail=ledger_of(lab.inventory, secrets), told=told)


def epoch_of(facts: Mapping[str, Any]) -> int:
    """The epoch an entry speaks of; 0 where it speaks of none."""
    fence = facts["evidence"].get("fence")
    return Fence(**fence).epoch if isinstance(fence, dict) else 0

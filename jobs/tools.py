"""What a job holds in its hands. A composition root sets it once; a job takes it from here."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from jobs.flapping import Flapping
from jobs.inventory import SCHEMA, Inventory
from jobs.judge import Policy
from jobs.lastread import LastReads
from jobs.ports import (
    Balancers,
    Clock,
    Fleet,
    Heart,
    HostHand,
    Ledger,
    MemberHand,
    Records,
    Witness,
)

Made = tuple[str, int]
"""The inventory's digest and the schema version that a job was made with."""

PASSES = 25
"""Times a job is put back for a worker with its inventory: five seconds of one worker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Every port, the inventory they were made for, and the name of the worker that holds them.

    Without a token for Linode's API there are no `balancers` and no `records`; without warm
    connections no `reads` are kept either.
    """

    inventory: Inventory
    ledger: Ledger
    witness: Witness
    hosts: HostHand
    fleet: Fleet
    heart: Heart
    clock: Clock
    worker: str
    balancers: Balancers | None = None
    records: Records | None = None
    members: MemberHand | None = None
    reads: LastReads | None = None

    def passes_on(
        self, function: str, arguments: Mapping[str, object], *, made: Made, passed: int
    ) -> bool:
        """True where a job was made for another inventory or schema: it is put back, unhurried,
        for a worker that has them (a reload brings this one there).

        A job that `PASSES` workers put back is run with what this one has: after a reload of all
        of them nobody has the old inventory any more, and the job would block its cluster for ever.
        """
        if made == (self.inventory.digest, SCHEMA) or passed >= PASSES:
            return False
        self.clock.sleep(0.2)
        inventory, schema = made
        own = {"inventory": inventory, "schema": schema, "passed": passed + 1}
        self.ledger.requeue(function, {**arguments, **own})
        return True

    def policy(self, cluster: str) -> Policy:
        """How the inventory wants this cluster judged."""
        return Policy(probe_required=self.inventory.clusters[cluster].probe.policy == "required")

    def flapping(self, cluster: str) -> Flapping | None:
        """How the inventory wants returns held back; None where it says nothing."""
        asked = self.inventory.clusters[cluster].flapping
        if asked is None:
            return None
        return Flapping(changes=asked.changes, within=asked.within, calm=asked.calm)


EQUIPPED: ContextVar[Tools] = ContextVar("pgbaton.tools")


def equipped() -> Tools:
    """The tools of this process; LookupError outside a worker that was equipped."""
    return EQUIPPED.get()

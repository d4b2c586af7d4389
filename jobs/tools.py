"""What a job holds in its hands. A composition root sets it once; a job takes it from here."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from jobs.inventory import SCHEMA, Inventory
from jobs.judge import Policy
from jobs.ports import Clock, Fleet, Heart, HostHand, Ledger, Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Every port, the inventory they were made for, and the name of the worker that holds them."""

    inventory: Inventory
    ledger: Ledger
    witness: Witness
    hosts: HostHand
    fleet: Fleet
    heart: Heart
    clock: Clock
    worker: str

    def passes_on(
        self, function: str, arguments: Mapping[str, object], *, inventory: str, schema: int
    ) -> bool:
        """True where a job was made for another inventory or schema: it is put back, unhurried,
        for a worker that has them (a reload brings this one there)."""
        if inventory == self.inventory.digest and schema == SCHEMA:
            return False
        self.clock.sleep(0.2)
        self.ledger.requeue(function, {**arguments, "inventory": inventory, "schema": schema})
        return True

    def policy(self, cluster: str) -> Policy:
        """How the inventory wants this cluster judged."""
        return Policy(probe_required=self.inventory.clusters[cluster].probe.policy == "required")


EQUIPPED: ContextVar[Tools] = ContextVar("pgbaton.tools")


def equipped() -> Tools:
    """The tools of this process; LookupError outside a worker that was equipped."""
    return EQUIPPED.get()

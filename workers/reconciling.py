"""Asks for a reconcile; by the clock in its turn, by the probe as soon as it sees a reason."""

from __future__ import annotations

from jobs.inventory import SCHEMA, Inventory
from jobs.names import RECONCILE, job_id
from jobs.ports import Ledger


def ask_reconcile(ledger: Ledger, inventory: Inventory, cluster: str) -> None:
    """Enqueue a look at everything that was applied to a cluster. Raises LedgerUnavailable."""
    arguments = {
        "cluster": cluster,
        "flight": job_id(RECONCILE, cluster),
        "inventory": inventory.digest,
        "schema": SCHEMA,
    }
    ledger.requeue(RECONCILE, arguments)

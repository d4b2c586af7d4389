"""`pgbaton chronicle`: follows the trail and shows it as metrics."""

from __future__ import annotations

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from jobs.inventory import Inventory
from jobs.ports import LedgerUnavailable
from workers.chronicle import Chronicle, Metrics
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.secrets import Secrets
from workers.store import ledger_of

log = structlog.get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks at the trail; metrics are scraped more seldom than that."""


def run_chronicle(
    inventory: Inventory, secrets: Secrets, *, port: int, address: str = "127.0.0.1"
) -> None:
    """Serve /metrics and follow the trail until told to end; an unreachable Redis is waited out, and
    SIGHUP reads the inventory anew for clusters that came."""
    registry = CollectorRegistry()
    chronicle = Chronicle(
        trail=ledger_of(inventory, secrets),
        clusters=tuple(inventory.clusters),
        metrics=Metrics(registry),
    )

    def reload() -> None:
        nonlocal inventory
        inventory = reread(inventory)
        chronicle.clusters = tuple(inventory.clusters)

    stop = Stop(reload=reload)
    server, _ = start_http_server(port, addr=address, registry=registry)
    log.info("chronicle.started", port=port, address=address)
    blind = None
    while not stop.asked():
        blind = _read(chronicle, blind)
        stop.wait(EVERY)
    server.shutdown()


def _read(chronicle: Chronicle, blind: str | None) -> str | None:
    """Read once; why it could not, where it could not. Said again only when that changes."""
    try:
        chronicle.read()
    except LedgerUnavailable as error:
        if str(error) != blind:
            log.warning("chronicle.blind", reason=str(error))
        return str(error)
    return None

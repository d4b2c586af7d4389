"""`pgbaton clock`: the level check, again and again."""

from __future__ import annotations

import os
import platform

import structlog
from prometheus_client import CollectorRegistry

from jobs.inventory import Inventory
from workers.clock import LevelCheck, Round
from workers.heartbeat import Heartbeat
from workers.metrics import Rounds, served, show_build
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.processes.threads import started
from workers.secrets import Secrets
from workers.store import ledger_of
from workers.timepiece import SystemClock
from workers.ways import dcs_of

log = structlog.get_logger(__name__)


def run_clock(
    inventory: Inventory, secrets: Secrets, *, port: int | None = None, address: str = "127.0.0.1"
) -> None:
    """Tick until told to end, and serve /metrics where there is a port; SIGHUP reads the inventory
    anew, and keeps the old one if it is bad."""
    check, registry = _check(inventory, secrets), CollectorRegistry()
    build = show_build(registry, inventory=inventory.digest)
    heartbeat = Heartbeat(rounds=Rounds("clock", registry))

    def adopt(known: Inventory) -> None:
        heartbeat.url, heartbeat.every = known.heartbeat.clock, known.heartbeat.every
        build(known.digest)

    def reload() -> None:
        nonlocal check
        check = _check(reread(check.inventory), secrets)
        adopt(check.inventory)

    stop = Stop(reload=reload)
    adopt(inventory)
    started(heartbeat.beat_for_ever)
    log.info("clock.started", clusters=len(inventory.clusters), every=inventory.timing.clock)
    with served(registry, port=port, address=address):
        while not stop.wait(check.inventory.timing.clock):
            ended = check.tick()
            heartbeat.round(ended, good=ended.good, beats=ended is Round.COMPARED)


def _check(inventory: Inventory, secrets: Secrets) -> LevelCheck:
    return LevelCheck(
        inventory=inventory,
        dcs=dcs_of(inventory, secrets),
        ledger=ledger_of(inventory, secrets),
        clock=SystemClock(),
        holder=f"{platform.node()}:{os.getpid()}",
    )

"""`pgbaton clock`: the level check, again and again."""

from __future__ import annotations

import os
import platform

import structlog

from jobs.inventory import Inventory
from workers.clock import LevelCheck
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.secrets import Secrets
from workers.store import ledger_of
from workers.timepiece import SystemClock
from workers.toolbox import dcs_of

log = structlog.get_logger(__name__)


def run_clock(inventory: Inventory, secrets: Secrets) -> None:
    """Tick until told to end; SIGHUP reads the inventory anew, and keeps the old one if it is bad."""
    check = _check(inventory, secrets)

    def reload() -> None:
        nonlocal check
        check = _check(reread(check.inventory), secrets)

    stop = Stop(reload=reload)
    log.info("clock.started", clusters=len(inventory.clusters), every=inventory.timing.clock)
    while not stop.wait(check.inventory.timing.clock):
        check.tick()


def _check(inventory: Inventory, secrets: Secrets) -> LevelCheck:
    return LevelCheck(
        inventory=inventory,
        dcs=dcs_of(inventory, secrets),
        ledger=ledger_of(inventory, secrets),
        clock=SystemClock(),
        holder=f"{platform.node()}:{os.getpid()}",
    )

"""`pgbaton worker`: equips the jobs and lets RQ run them."""

from __future__ import annotations

import importlib
import os
import signal
from dataclasses import replace
from types import FrameType

import structlog

from jobs import names
from jobs.inventory import Inventory
from jobs.tools import EQUIPPED
from workers.processes.reload import reread
from workers.processes.signals import reloading
from workers.queue import serve
from workers.secrets import Secrets
from workers.store import redis_of
from workers.toolbox import equip

log = structlog.get_logger(__name__)


def run_worker(
    inventory: Inventory,
    secrets: Secrets,
    *,
    script: str,
    name: str | None = None,
    burst: bool = False,
) -> None:
    """Work until told to end. Jobs and their libraries are imported once, before RQ forks for each
    job; SIGHUP reads the inventory anew for the jobs that follow."""
    tools = equip(inventory, secrets, script=script)
    if name is not None:
        tools = replace(tools, worker=name)
    EQUIPPED.set(tools)
    for job in names.JOBS:
        importlib.import_module(job.rpartition(".")[0])

    def reload() -> None:
        fresh = reread(EQUIPPED.get().inventory)
        EQUIPPED.set(replace(equip(fresh, secrets, script=script), worker=tools.worker))
        log.info("worker.reloaded", inventory=fresh.digest)

    def anew(_number: int, _frame: FrameType | None) -> None:
        reloading(reload)

    signal.signal(signal.SIGHUP, anew)
    log.info("worker.started", name=tools.worker, inventory=inventory.digest, pid=os.getpid())
    serve(redis_of(inventory, secrets), name=name, burst=burst)

"""`pgbaton worker`: equips the jobs and lets RQ run them."""

from __future__ import annotations

import importlib
import os
import signal
from dataclasses import dataclass, field, replace
from types import FrameType

import structlog

from jobs import names
from jobs.inventory import Inventory
from jobs.tools import EQUIPPED
from workers.processes.reload import reread
from workers.processes.signals import reloading
from workers.queue import serve
from workers.secrets import Secrets
from workers.ssh import SshHands
from workers.ssh.warmth import Warmth
from workers.store import redis_of
from workers.toolbox import equip, hosts_of
from workers.turn import Turn

log = structlog.get_logger(__name__)


def run_worker(
    inventory: Inventory,
    secrets: Secrets,
    *,
    script: str,
    name: str | None = None,
    burst: bool = False,
) -> None:
    """Work until told to end. Jobs and their libraries are imported once; SIGHUP reads the inventory
    anew for the jobs that follow."""
    turn = Turn()
    equipment = Equipment(secrets=secrets, script=script, name=name, turn=turn)
    equipment.put_on(inventory)
    for job in names.JOBS:
        importlib.import_module(job.rpartition(".")[0])

    def anew(_number: int, _frame: FrameType | None) -> None:
        turn.when_idle(lambda: reloading(equipment.reload))

    signal.signal(signal.SIGHUP, anew)
    tools = EQUIPPED.get()
    log.info("worker.started", name=tools.worker, inventory=inventory.digest, pid=os.getpid())
    try:
        serve(redis_of(inventory, secrets), name=name, burst=burst, turn=turn)
    finally:
        equipment.put_down()


@dataclass(slots=True, kw_only=True)
class Equipment:
    """A worker's tools and its warm connections: both belong to one inventory, and change together."""

    secrets: Secrets
    script: str
    name: str | None
    turn: Turn
    _kept: tuple[Warmth, SshHands] | None = field(default=None)

    def put_on(self, inventory: Inventory) -> None:
        """Take up the tools for an inventory. ValueError where a secret is missing, with the tools of
        before still at hand."""
        hosts = hosts_of(self.secrets, script=self.script)
        tools = equip(inventory, self.secrets, hosts=hosts)
        self.put_down()
        EQUIPPED.set(tools if self.name is None else replace(tools, worker=self.name))
        warmth = hosts.warmth(inventory, busy=lambda: self.turn.taken)
        warmth.start()
        self._kept = warmth, hosts

    def put_down(self) -> None:
        """End every connection; never while a job runs."""
        if self._kept is not None:
            warmth, hosts = self._kept
            warmth.close()
            hosts.close()
            self._kept = None

    def reload(self) -> None:
        """The inventory as it is now, or the one of before where it is bad."""
        fresh = reread(EQUIPPED.get().inventory)
        self.put_on(fresh)
        log.info("worker.reloaded", inventory=fresh.digest)

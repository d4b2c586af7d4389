"""`pgbaton probe`: sees at Linode what becomes of NodeBalancers and machines, and tells the webhook."""

from __future__ import annotations

import os
import platform
import threading
from dataclasses import dataclass
from typing import Protocol

import structlog

from jobs.inventory import Inventory
from workers.herald import Herald
from workers.linode import Api, LinodeBalancers, LinodeEventFeed
from workers.probe import SENDER, Probe
from workers.processes.reload import reread
from workers.processes.signals import Stop
from workers.processes.threads import demand_alive, started
from workers.processes.voice import sender_of
from workers.secrets import Secrets
from workers.store import ledger_of
from workers.timepiece import SystemClock
from workers.ways import linode_of

log = structlog.get_logger(__name__)

LAST_WORD = 5.0
"""Seconds that an event under way has to arrive when the process ends."""


def run_probe(inventory: Inventory, secrets: Secrets) -> None:
    """Poll until told to end; SIGHUP reads the inventory anew, and keeps the old one if it is bad.
    ValueError where a token or a key to sign with is missing. Where there is nothing to look at the
    process waits for a SIGHUP that changes this, so that one Procfile fits every inventory."""
    duty = duty_of(inventory, secrets)

    def reload() -> None:
        nonlocal duty
        fresh = duty_of(reread(duty.inventory), secrets)
        before, duty = duty, fresh
        before.end()

    stop = Stop(reload=reload)
    while not stop.wait(min(1.0, duty.pause())):
        duty.work()
    duty.end()


class Duty(Protocol):
    """What the process does for one inventory. `pause` is how long nothing is to be done."""

    @property
    def inventory(self) -> Inventory: ...

    def pause(self) -> float: ...

    def work(self) -> None: ...

    def end(self) -> None: ...


def duty_of(inventory: Inventory, secrets: Secrets) -> Duty:
    """Polling, where there is something to look at and a token to look with. ValueError where only
    one of the two is there."""
    api = linode_of(inventory, secrets)
    if api is not None:
        return Polling.begin(inventory, secrets, api)
    if inventory.nodebalancers:
        raise ValueError(
            "the probe cannot ask Linode: put a token with the scopes nodebalancers:read_only and"
            " events:read_only in the secret linode-token"
        )
    log.info(
        "probe.idle",
        reason="the inventory names no NodeBalancer, and there is no secret linode-token",
        remedy="leave it where PostgreSQL does not run on Linode; else add them and send SIGHUP",
    )
    return Idle(inventory=inventory)


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Nothing to look at."""

    inventory: Inventory

    def pause(self) -> float:
        return 1.0

    def work(self) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """A probe, and a herald on a thread of its own."""

    probe: Probe
    herald: Herald
    thread: threading.Thread

    @classmethod
    def begin(cls, inventory: Inventory, secrets: Secrets, api: Api) -> Polling:
        """Begin with a poll that is due at once."""
        sender = sender_of(inventory, secrets, SENDER)
        probe = Probe(
            inventory,
            balancers=LinodeBalancers(api),
            events=LinodeEventFeed(api),
            ledger=ledger_of(inventory, secrets),
            clock=SystemClock(),
            holder=f"{platform.node()}:{os.getpid()}",
        )
        herald = Herald(sender, probe.untold)
        log.info("probe.started", balancers=len(inventory.nodebalancers), every=probe.pace.each)
        return cls(probe=probe, herald=herald, thread=started(herald.deliver_for_ever))

    @property
    def inventory(self) -> Inventory:
        return self.probe.inventory

    def pause(self) -> float:
        return self.probe.pause()

    def work(self) -> None:
        demand_alive([self.thread])
        if not self.probe.pause():
            self.probe.tick()
            self.herald.wake()

    def end(self) -> None:
        """Finish the event at hand, and let another probe act at once."""
        self.herald.end()
        self.thread.join(timeout=LAST_WORD)
        self.probe.leave()

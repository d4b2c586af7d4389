"""A cluster and its hosts in any weather, the invariants, and how all of it heals at the end."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant

from jobs.audit import verify
from jobs.host import OURS
from jobs.inventory import SCHEMA, Inventory, load_inventory
from jobs.names import RECONCILE, job_id
from jobs.ports import LedgerUnavailable
from jobs.tools import EQUIPPED
from tests.fakes.hosts import WorkerDied
from tests.fakes.ledger_parts import Queued
from tests.unit.jobs.road.watched import HonestWitness, WatchedHosts, proven
from tests.world import INVENTORY, MEMBERS, World, make_world

STORE = INVENTORY.replace(
    'services = [{ name = "store" }]',
    'services = [{ name = "store" }]\nafter = ["cache"]\ncheck = "looks-well"',
)
VERSIONS = (
    STORE,
    STORE + "[timing]\nchunk = 1\n",
    STORE.replace('hosts = ["web1", "web2"]', 'hosts = ["web1"]'),
)
"""Inventories that differ: as it is, one host a job, and one host fewer."""

ADDRESS = {"web1": "10.0.1.1", "web2": "10.0.1.2"}


class LedgerDied(BaseException):
    """The worker is gone right around a step in Redis."""


def inventory_of(text: str) -> Inventory:
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory), str(loaded)
    return loaded


class Climate(RuleBasedStateMachine):
    """Cluster `shop` and its two hosts in any weather. `versions` are the inventories that a reload
    may bring, the first of them at the beginning and at the end; `addresses` the hosts that may be ill."""

    versions: ClassVar[tuple[str, ...]] = VERSIONS
    addresses: ClassVar[Mapping[str, str]] = ADDRESS

    def __init__(self) -> None:
        super().__init__()
        self.world: World = make_world(self.versions[0])
        self.watched = WatchedHosts(world=self.world)
        self.watched.hosts = self.world.hosts.hosts
        self.world.hosts = self.watched
        self.world.witness = HonestWitness(
            dcs=self.world.dcs, pg_timelines=self.world.witness.pg_timelines
        )
        self.held: list[Queued] = []
        self.told = 0

    # What must hold at every step.

    @invariant()
    def trail_verifies(self) -> None:
        entries = self.world.ledger.store.of("shop").chain.entries
        assert verify(entries).bad is None

    @invariant()
    def nothing_was_done_amiss(self) -> None:
        assert self.watched.wrong == []

    @invariant()
    def no_job_stumbles_over_itself(self) -> None:
        entries = self.world.ledger.store.of("shop").chain.entries
        told = [e.facts["evidence"] for e in entries]
        assert [e for e in told if str(e.get("remedy", "")).startswith(OURS)] == []

    @invariant()
    def files_name_proven_leaders_only(self) -> None:
        led = {MEMBERS[m] for m in proven(self.world).values()} | {MEMBERS["pg1"], "10.9.9.9"}
        for name in ADDRESS:
            assert self.world.env(name).split("DB_HOST=")[1].split("\n")[0] in led

    def teardown(self) -> None:
        self.heal()
        self.reload(0)
        self.live_on()
        self.check_drift()
        self.live_on()
        done = len(self.world.ledger.effects)
        self.live_on(20)
        assert self.world.ledger.effects[done:] == [], "somebody still finds something to do"
        state, leader = self.world.ledger.state("shop"), self.world.dcs._view("shop").leader
        assert leader is not None
        assert (state.incident, dict(state.assignments), state.flight) == (None, {}, None)
        assert state.settled.fence is not None
        assert state.settled.fence.epoch == leader.epoch
        for name in ADDRESS:
            assert f"DB_HOST={MEMBERS[leader.member]}\n" in self.world.env(name), name
            assert self.host(name).fence("shop") == state.settled.fence, name

    def heal(self) -> None:
        """The storm is over: whatever was ill is well, and somebody leads."""
        world = self.world
        world.ledger.unavailable = None
        world.dcs.recover()
        world.witness.rest.clear()
        world.witness.sql.clear()
        world.witness.down.clear()
        for name in self.addresses:
            self.host(name).down = None
            self.host(name).failing.clear()
        world.ledger.pause("shop", None, ())
        if world.dcs._view("shop").leader is None:
            world.fail_over("pg3")

    def live_on(self, seconds: float = 150) -> None:
        """Clock and workers go on."""
        for _ in range(int(seconds / 2)):
            self.world.clock.pass_by(2)
            self.world.tick()
            for _ in range(1000):
                job = self.world.ledger.line.take(at=self.world.clock.now())
                if job is None:
                    break
                self.run(job)
            else:
                pytest.fail("the queue never empties")

    def host(self, name: str) -> Any:
        return self.world.hosts.at(self.addresses[name])

    def run(self, job: Queued) -> None:
        """One job on one worker, whatever becomes of the worker."""
        module, name = job.function.rsplit(".", 1)
        token = EQUIPPED.set(self.world.tools)
        try:
            getattr(importlib.import_module(module), name)(**job.kwargs)
        except (WorkerDied, LedgerDied, LedgerUnavailable):
            pass
        finally:
            EQUIPPED.reset(token)

    def reload(self, version: int) -> None:
        """Every process reads another inventory; what is queued was made for the one before."""
        self.world.inventory = inventory_of(self.versions[version])
        self.world.ledger.inventory = self.world.inventory.digest

    def check_drift(self) -> None:
        """The clock has every host read."""
        job = job_id(RECONCILE, "shop")
        own = {"inventory": self.world.inventory.digest, "schema": SCHEMA}
        arguments = {"cluster": "shop", "flight": job, **own}
        self.unless_redis_is_down(lambda: self.world.ledger.requeue(RECONCILE, arguments))

    def unless_redis_is_down(self, act: Any) -> None:
        with suppress(LedgerUnavailable):
            act()

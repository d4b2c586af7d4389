"""A whole pgbaton in memory: real jobs over fake hands, one queued job at a time."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from jobs.audit import Kind
from jobs.claims import MemberRecord
from jobs.due import Due, Pace, due
from jobs.inventory import Inventory, load_inventory
from jobs.lastread import LastReads
from jobs.ports import Balancers, MemberHand, Records
from jobs.tools import EQUIPPED, Tools
from tests.fakes.clock import FakeClock
from tests.fakes.dcs import FakeDcs
from tests.fakes.hosts import FakeHosts
from tests.fakes.ledger import FakeLedger
from tests.fakes.witness import SYSTEM, FakeWitness

In = TypeVar("In")
Out = TypeVar("Out")

ENV = "/srv/shop/.env"
HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPgbatonTestsHaveNoSecretHereAtAllxxxxxxxxxxx"

INVENTORY = f"""
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[clusters.shop]
etcd = "main"
scope = "shop"
[hosts.web1]
address = "10.0.1.1"
host_keys = ["{HOST_KEY}"]
[hosts.web2]
address = "10.0.1.2"
host_keys = ["{HOST_KEY}"]
[applications.store]
cluster = "shop"
hosts = ["web1", "web2"]
services = [{{ name = "store" }}]
[[applications.store.files]]
path = "{ENV}"
keys = {{ DB_HOST = "{{host}}", DB_PORT = "{{port}}" }}
"""

MEMBERS = {"pg1": "10.0.0.1", "pg2": "10.0.0.2", "pg3": "10.0.0.3"}


class OneByOne:
    """A `Fleet` that takes hosts in order, in this thread, so that tests can count effects."""

    def each(self, items: Sequence[In], work: Callable[[In], Out]) -> Iterator[tuple[In, Out]]:
        yield from ((item, work(item)) for item in items)


class StillHeart:
    """A `Heart` that does not beat: time stands still within a job."""

    @contextmanager
    def beating(self, cluster: str, job: str, hosts: Sequence[str]) -> Iterator[None]:
        yield


@dataclass(slots=True)
class World:
    """Cluster `shop` of three members, pg1 leading, and two hosts whose `.env` names pg1."""

    inventory: Inventory
    clock: FakeClock = field(default_factory=FakeClock)
    dcs: FakeDcs = field(default_factory=FakeDcs)
    hosts: FakeHosts = field(default_factory=FakeHosts)
    balancers: Balancers | None = None
    records: Records | None = None
    members: MemberHand | None = None
    reads: LastReads | None = None
    ledger: FakeLedger = field(init=False)
    witness: FakeWitness = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = FakeLedger(clock=self.clock, inventory=self.inventory.digest)
        self.witness = FakeWitness(dcs=self.dcs)

    @property
    def tools(self) -> Tools:
        return Tools(
            inventory=self.inventory,
            ledger=self.ledger,
            witness=self.witness,
            hosts=self.hosts,
            fleet=OneByOne(),
            heart=StillHeart(),
            clock=self.clock,
            worker="test",
            balancers=self.balancers,
            records=self.records,
            members=self.members,
            reads=self.reads,
        )

    def fail_over(self, member: str) -> int:
        """The member takes the leadership on the next PostgreSQL timeline; returns the epoch."""
        self.witness.pg_timelines["shop"] = self.witness.pg_timelines.get("shop", 0) + 1
        return self.dcs.elect("shop", member)

    def work_one(self) -> str | None:
        """Run the oldest queued job as a worker does; its word, or None where nothing waits."""
        job = self.ledger.take()
        if job is None:
            return None
        function, arguments = job
        module, name = function.rsplit(".", 1)
        token = EQUIPPED.set(self.tools)
        try:
            said: Any = getattr(importlib.import_module(module), name)(**arguments)
        finally:
            EQUIPPED.reset(token)
        return f"{name}: {said}"

    def work(self, *, most: int = 50) -> list[str]:
        """Run queued jobs until none waits; fails where they never end."""
        said = []
        while (word := self.work_one()) is not None:
            said.append(word)
            assert len(said) < most, said
        return said

    def settle(self) -> None:
        """Ask once and work until quiet: from then on everybody holds the present epoch."""
        self.ledger.call("shop")
        self.work()

    def tick(self) -> Due | None:
        """One look of the clock process, which asks for a respond where one is due."""
        state = self.ledger.state("shop")
        given = tuple(a.job for a in state.assignments.values() if not a.started)
        pace = Pace(take_over=self.inventory.timing.take_over, waiting=self.ledger.waiting(given))
        view = self.witness.gather("shop", timeout=1).before
        reason = due(view, state, self.inventory.targets_of("shop"), pace)
        if reason is not None:
            self.ledger.call("shop")
        return reason

    def live_on(self, *, seconds: float = 120, every: float = 2) -> None:
        """Clock and workers go on for a while, as they do after somebody's death."""
        for _ in range(int(seconds / every)):
            self.clock.pass_by(every)
            self.tick()
            self.work()

    def env(self, host: str) -> str:
        """What the host's `.env` says now."""
        return self.hosts.at(self.inventory.hosts[host].address).files[ENV].decode()

    def restarts(self, host: str) -> int:
        return self.hosts.at(self.inventory.hosts[host].address).restarts["store"]

    def kinds(self) -> list[Kind]:
        return [Kind(e.facts["kind"]) for e in self.ledger.entries("shop")]

    def told(self, kind: Kind) -> list[dict[str, Any]]:
        """The evidence of every entry of one kind, in order."""
        return [
            dict(e.facts["evidence"])
            for e in self.ledger.entries("shop")
            if e.facts["kind"] == kind
        ]


def make_world(text: str = INVENTORY) -> World:
    """A World that nobody has looked at yet."""
    inventory = load_inventory(text)
    assert isinstance(inventory, Inventory), str(inventory)
    world = World(inventory=inventory)
    world.dcs.initialize("shop", SYSTEM)
    for name, address in MEMBERS.items():
        world.dcs.put_member("shop", member(name, address))
    world.fail_over("pg1")
    for host in inventory.hosts.values():
        world.hosts.at(host.address, host.port).files[ENV] = (
            b"APP=shop\nDB_HOST=10.0.0.1\nDB_PORT=5432\n"
        )
    return world


def member(name: str, address: str) -> MemberRecord:
    """A healthy member's record."""
    return MemberRecord(
        name=name,
        conn_url=f"postgres://{address}:5432/postgres",
        api_url=f"http://{address}:8008/patroni",
        state="running",
    )

"""Five clusters fail over at once, and one of them has a host that hangs: the others do not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from jobs.audit import Kind
from jobs.host import READ_WITHIN
from jobs.inventory import Host
from jobs.remote import HostFailure, ReadReply, ReadRequest
from tests.fakes.hosts import FakeHosts
from tests.fakes.witness import SYSTEM
from tests.world import ENV, HOST_KEY, MEMBERS, World, make_world, member

CLUSTERS = ("shop", "c2", "c3", "c4", "c5")
PARTS = """
[clusters.{name}]
etcd = "main"
scope = "{name}"
[applications.{name}]
cluster = "{name}"
hosts = ["{name}-a", "{name}-b"]
services = [{{ name = "store" }}]
[[applications.{name}.files]]
path = "{env}"
keys = {{ DB_HOST = "{{host}}" }}
[hosts.{name}-a]
address = "10.0.{number}.1"
host_keys = ["{key}"]
[hosts.{name}-b]
address = "10.0.{number}.2"
host_keys = ["{key}"]
"""
HEAD = """
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
"""
FIVE = HEAD + "".join(
    PARTS.format(name=name, number=number, env=ENV, key=HOST_KEY)
    for number, name in enumerate(CLUSTERS, 11)
)
HANGS = "10.0.11.1"


@dataclass(slots=True)
class Hanging(FakeHosts):
    """A host that takes every connection and then says nothing: each read costs its whole time.
    `meanwhile` is what other workers do until then."""

    clock: Callable[[float], None] = lambda _: None
    meanwhile: Callable[[], object] = lambda: None
    hung: list[str] = field(default_factory=list)

    def read(self, host: Host, request: ReadRequest, *, timeout: float) -> ReadReply | HostFailure:
        if host.address != HANGS:
            return FakeHosts.read(self, host, request, timeout=timeout)
        self.hung.append(host.address)
        self.meanwhile()
        self.clock(timeout)
        return HostFailure(kind="unreachable", reason="no answer in time", remedy="look at it")


@dataclass(slots=True)
class Five:
    """The world, and when each cluster's hosts followed, in seconds from the failover."""

    world: World
    hosts: Hanging
    began: float = 0.0
    followed: dict[str, float] = field(default_factory=dict)

    def fail_over(self) -> None:
        """All five at once, heard of in this order."""
        self.began = self.world.clock.now()
        for name in CLUSTERS:
            timelines = self.world.witness.pg_timelines
            timelines[name] = timelines.get(name, 0) + 1
            self.world.dcs.elect(name, "pg2")
            self.world.ledger.call(name)

    def work(self) -> None:
        """One worker until nothing waits."""
        for _ in range(200):
            if self.world.work_one() is None:
                return
            self.look()
        pytest.fail("the queue never empties")

    def look(self) -> None:
        now = self.world.clock.now() - self.began
        for name in CLUSTERS:
            if name not in self.followed and self.follows(name):
                self.followed[name] = now

    def follows(self, name: str) -> bool:
        hosts = [self.world.inventory.hosts[f"{name}-{which}"] for which in "ab"]
        files = [self.world.hosts.at(host.address).files[ENV].decode() for host in hosts]
        return all(f"DB_HOST={MEMBERS['pg2']}\n" in text for text in files)


@pytest.fixture
def five() -> Five:
    """pg1 leads everywhere, and everybody follows; then one host begins to hang."""
    world = make_world(FIVE)
    for name in CLUSTERS[1:]:
        world.dcs.initialize(name, SYSTEM)
        for one, address in MEMBERS.items():
            world.dcs.put_member(name, member(one, address))
        world.dcs.elect(name, "pg1")
        world.ledger.call(name)
    world.settle()
    hosts = Hanging(hosts=world.hosts.hosts, clock=world.clock.pass_by)
    world.hosts = hosts
    return Five(world=world, hosts=hosts)


def test_one_worker_lets_nobody_wait_longer_than_one_read(five: Five) -> None:
    """With a single worker the four others follow within the one read that the hung host may take."""
    five.fail_over()
    five.work()
    assert set(five.followed) == set(CLUSTERS[1:])
    assert max(five.followed.values()) <= READ_WITHIN + 0.5


def test_second_worker_lets_nobody_wait_at_all(five: Five) -> None:
    """While one worker stands at the hung host, another one does everybody else's jobs."""
    five.hosts.meanwhile = five.work
    five.fail_over()
    five.work()
    assert {name: five.followed[name] for name in CLUSTERS[1:]} == dict.fromkeys(CLUSTERS[1:], 0.0)


def test_hung_host_is_tried_again_on_its_own(five: Five) -> None:
    """Its next try is a job of its own: nobody who is well waits in it."""
    five.fail_over()
    five.work()
    five.world.clock.pass_by(2)
    five.world.tick()
    five.work()
    planned = [told["hosts"] for told in five.world.told(Kind.PLANNED)]
    assert planned[-2:] == [{"shop-a": 1, "shop-b": 1}, {"shop-a": 2}]
    assert "DB_HOST=10.0.0.2" in five.world.env("shop-b")
    assert five.hosts.hung == [HANGS, HANGS]

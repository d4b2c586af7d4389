"""Jobs that the world overtakes while they wait or work: they give way, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from jobs.audit import Kind
from jobs.claims import Claims, MemberRecord, RestAnswer, SqlAnswer
from jobs.inventory import SCHEMA, Host
from jobs.names import RECONCILE, REPOINT, RESPOND
from jobs.remote import HostFailure, ReadReply, ReadRequest
from tests.fakes.hosts import FakeHosts
from tests.fakes.witness import FakeWitness
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    """A settled cluster that pg1 leads."""
    world = make_world()
    world.settle()
    return world


def test_job_that_waited_until_the_cluster_was_a_standby_moves_nothing(world: World) -> None:
    """Planned for pg2, which then follows another cluster: the hosts stay where they are."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    waiting = world.ledger.take()
    assert waiting is not None
    assert waiting[0] == REPOINT
    world.witness.rest["pg2"] = RestAnswer(
        role="standby_leader", state="running", scope="shop", name="pg2"
    )
    world.settle()
    world.ledger.line.put("late", waiting[0], waiting[1], at=world.clock.now())
    assert "repoint: superseded" in world.work()
    assert "DB_HOST=10.0.0.1" in world.env("web1")
    assert world.restarts("web1") == 0


class OvertakenHosts(FakeHosts):
    """Hosts that are first read right before a failover, and answer right after it."""

    world: World | None = None

    def read(self, host: Host, request: ReadRequest, *, timeout: float) -> ReadReply | HostFailure:
        world, self.world = self.world, None
        if world is not None:
            world.fail_over("pg2")
            world.settle()
        return super().read(host, request, timeout=timeout)


def test_drift_check_that_a_failover_overtook_forgets_nothing(world: World) -> None:
    """What differs from the old leadership then is no drift, and no host is moved again."""
    hosts = OvertakenHosts(hosts=world.hosts.hosts)
    hosts.world, world.hosts = world, hosts
    own = {"inventory": world.inventory.digest, "schema": SCHEMA}
    arguments = {"cluster": "shop", "flight": "reconcile-1", **own}
    world.ledger.requeue(RECONCILE, arguments)
    assert world.work_one() == "reconcile: overtaken"
    assert Kind.DRIFT not in world.kinds()
    assert set(world.ledger.state("shop").hosts) == {"web1", "web2"}
    assert world.restarts("web1") == 1


@dataclass(slots=True)
class WitnessMeanwhile(FakeWitness):
    """Something happens during every look."""

    meanwhile: Callable[[], None] = lambda: None

    def gather(
        self,
        cluster: str,
        *,
        timeout: float,
        everyone: bool = False,
        remembered: Sequence[MemberRecord] = (),
    ) -> Claims:
        self.meanwhile()
        return FakeWitness.gather(
            self, cluster, timeout=timeout, everyone=everyone, remembered=remembered
        )


def meanwhile(world: World, act: Callable[[], None]) -> None:
    """From now on this happens during every look."""
    world.witness = WitnessMeanwhile(
        dcs=world.dcs, pg_timelines=world.witness.pg_timelines, meanwhile=act
    )


def test_drift_check_writes_nothing_that_it_remembers_from_before_a_failover(world: World) -> None:
    """While it asks everybody, a whole incident opens and ends, and the former leader takes writes again:
    that is told in an incident of its own, and both of them end."""

    def failover() -> None:
        world.witness.meanwhile = lambda: None  # type: ignore[attr-defined]
        world.fail_over("pg2")
        world.settle()
        world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)

    own = {"inventory": world.inventory.digest, "schema": SCHEMA}
    meanwhile(world, failover)
    for flight in ("reconcile-1", "reconcile-2"):
        world.ledger.requeue(RECONCILE, {"cluster": "shop", "flight": flight, **own})
        world.work_one()
        world.live_on(seconds=20)
    del world.witness.sql["pg1"]
    world.live_on(seconds=20)
    told = [e.facts for e in world.ledger.entries("shop")]
    assert [f["incident"] for f in told if f["kind"] == Kind.ALARM] == ["shop-3"]
    ends = [f["incident"] for f in told if f["kind"] == Kind.CONCLUDED]
    assert ends == ["shop-1", "shop-2", "shop-3"]


def test_respond_that_is_asked_without_end_leaves_its_worker(world: World) -> None:
    """After five seconds it takes no further round; what was asked waits as a fresh respond."""

    def busy() -> None:
        world.clock.pass_by(2)
        world.ledger.call("shop")

    meanwhile(world, busy)
    began = world.clock.now()
    world.ledger.call("shop")
    assert world.work_one() == "respond: confirmed"
    assert world.clock.now() - began <= 7
    assert [name for name, _ in world.ledger.waiting_jobs()] == [RESPOND]
    assert world.ledger.state("shop").flight is None

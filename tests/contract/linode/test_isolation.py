"""A stale primary's node is rejected over the real adapter, at the double: what is asked of Linode for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jobs.audit import Kind
from jobs.balancer.drift import repairs
from jobs.balancer.wanted import wanted
from jobs.errand import Errand, mission_of
from jobs.exile import End, banish
from jobs.host import Mission
from jobs.inventory import Target
from jobs.isolate import exile_of
from jobs.isolation import Reject
from jobs.means import SupersededError
from jobs.state import Assignment
from tests.contract.linode.double import Double
from tests.unit.jobs.road.front import FRONT, make_front
from tests.unit.jobs.road.test_isolation import PINS, equipped, split
from tests.world import World
from workers.linode import Api, LinodeBalancers

ON = '[clusters.shop.isolation]\npolicy = "reject"\n[clusters.shop.probe]\nuser = "pgbaton"\n'
STALE = str(Target(kind="member", name="pg1"))


@pytest.fixture
def front(make_double: Callable[..., Double]) -> tuple[World, Double]:
    """A settled world before a NodeBalancer at the double; pg1's node alone is accepted."""
    world, _ = make_front(more=ON + PINS, modes="enforce")
    double = make_double()
    double.world.modes.delay = 0
    real = LinodeBalancers(Api(double.url, token=double.token))
    world.balancers = real
    equipped(world)
    want, table = wanted(world.inventory, "front"), world.inventory.nodebalancers["front"]
    while steps := repairs(want, real.read(table, timeout=5)):
        for step in steps:
            real.apply(step, timeout=5)
    world.settle()
    return world, double


def exile(world: World) -> Errand:
    """A job that was given pg1 while pg2 leads, before any other job has looked at the balancer."""
    split(world)
    world.witness.through[FRONT] = "pg2"
    world.work_one()
    state = world.ledger.state("shop")
    assert state.incident is not None
    assert state.incident.fence is not None
    given = Assignment(epoch=state.incident.fence.epoch, attempt=1, job="j", beat=state.now)
    mission = mission_of(world.tools, state, epoch=given.epoch)
    assert isinstance(mission, Mission), mission
    return Errand(tools=world.tools, job="j", state=state, mine={STALE: given}, mission=mission)


def rejected(errand: Errand) -> End:
    return banish(exile_of(errand, "pg1"), [Reject(balancer="front")])


def test_its_node_alone_is_rejected_and_read_back(front: tuple[World, Double]) -> None:
    """One change, told before it is made; asked again, nothing is left to change."""
    world, double = front
    errand = exile(world)
    puts = len([a for a in double.asked if a.method == "PUT"])
    assert rejected(errand).outcome == "isolated"
    assert double.node("pg1")["mode"] == "reject"
    assert len([a for a in double.asked if a.method == "PUT"]) == puts + 1
    told = [e["change"] for e in world.told(Kind.ISOLATION) if e["outcome"] == "changing"]
    assert told == ["NodeBalancer front: set pg1 to reject"]
    assert rejected(errand).outcome == "isolated"
    assert len([a for a in double.asked if a.method == "PUT"]) == puts + 1


def test_a_leader_that_changed_leaves_the_node_alone(front: tuple[World, Double]) -> None:
    """The key is read again before the change: pg1 itself may lead by now."""
    world, double = front
    errand = exile(world)
    before = double.node("pg1")["mode"]
    world.fail_over("pg1")
    with pytest.raises(SupersededError):
        rejected(errand)
    assert double.node("pg1")["mode"] == before

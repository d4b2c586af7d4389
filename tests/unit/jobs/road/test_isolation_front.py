"""A stale primary behind a NodeBalancer: its node is rejected before anything is stopped."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.balancer.change import SetMode
from jobs.ports import LinodeUnavailable
from tests.fakes.hosts import WorkerDied
from tests.fakes.members import FakeMembers
from tests.unit.jobs.balancer.values import nodes
from tests.unit.jobs.road.front import FRONT, Front, arrive, make_front
from tests.unit.jobs.road.test_isolation import PINS, equipped, sentences, split, told
from tests.world import World


def fronted(policy: str) -> tuple[World, Front, FakeMembers]:
    more = f'[clusters.shop.isolation]\npolicy = "{policy}"\n[clusters.shop.probe]\nuser = "pgbaton"\n{PINS}'
    world, front = make_front(more=more, modes="enforce")
    front.stands(*nodes("pg1", pg2="reject", pg3="reject"))
    members = equipped(world)
    world.settle()
    world.live_on(seconds=10)
    return world, front, members


def test_it_is_rejected_at_the_balancer_before_it_is_stopped() -> None:
    """Its node takes no more connections, and a login lands on the leader; then comes the stop."""
    world, front, members = fronted("stop")
    seen: list[str] = []
    members.before = lambda: seen.extend(front.accepted())
    split(world)
    arrive(world, front, "pg2")
    world.work()
    world.live_on(seconds=60)
    assert "pg1" not in seen
    assert members.stopped == ["pg1"]
    assert front.accepted() == ["pg2"]
    done = [e for e in world.told(Kind.ISOLATION) if e["outcome"] == "isolated"]
    assert done[0]["did"] == [
        "NodeBalancer front rejects it",
        "PostgreSQL was stopped (fast)",
    ]
    assert world.ledger.state("shop").incident is None


def test_reject_alone_stops_nobody_and_the_alarm_stays() -> None:
    """What was asked for is done; two writable primaries are still two."""
    world, front, members = fronted("reject")
    split(world)
    arrive(world, front, "pg2")
    world.work()
    world.live_on(seconds=120)
    assert members.asked == []
    assert told(world) == ["asked", "changing", "isolated"]
    assert front.accepted() == ["pg2"]
    assert world.ledger.state("shop").incident is not None


def test_logins_that_land_on_it_are_no_success() -> None:
    """Linode shows the node as rejected, and connections arrive there all the same."""
    world, front, _ = fronted("reject")
    split(world)
    arrive(world, front, "pg1", up=("pg1", "pg2"))
    world.work()
    world.live_on(seconds=60)
    failed = [e for e in world.told(Kind.ISOLATION) if e["outcome"] == "failed"]
    assert "still land on a stale primary" in failed[0]["reason"]
    assert failed[0]["remedy"]


def test_linode_that_cannot_be_asked_does_not_keep_it_from_being_stopped() -> None:
    """The stop goes on; what could not be done is told."""
    world, front, members = fronted("stop")
    front.refuses = LinodeUnavailable("Linode answers 503", "wait", status=503)
    split(world)
    world.witness.through[FRONT] = "pg2"
    world.work()
    world.live_on(seconds=30)
    assert members.stopped == ["pg1"]
    assert sentences(world)[-1] == (
        "pg1 is isolated in part (failed): PostgreSQL was stopped (fast); Linode answers 503. wait"
    )


@pytest.mark.parametrize("changes", [1, 2])
def test_a_worker_that_dies_while_modes_are_set_leaves_it_to_the_next(changes: int) -> None:
    """After each change at Linode somebody goes on: in the end it is rejected, and stopped once."""
    world, front, members = fronted("stop")
    split(world)
    arrive(world, front, "pg2")
    front.die_after(changes)
    with pytest.raises(WorkerDied):
        world.work()
    front.live()
    world.live_on(seconds=90)
    assert members.stopped == ["pg1"]
    assert front.accepted() == ["pg2"]
    assert [c for c in front.applied if isinstance(c, SetMode) and c.mode == "accept"][
        -1
    ].label == "pg2"

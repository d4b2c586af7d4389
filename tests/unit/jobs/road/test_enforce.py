"""Policy `modes = "enforce"`: who leaves and enters in which order, proven by whom, and who goes on where a worker died."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jobs.balancer.change import Change, SetMode
from jobs.balancer.found import Knock
from jobs.inventory import Address
from jobs.state import LATE
from tests.fakes.hosts import WorkerDied
from tests.unit.jobs.balancer.values import node
from tests.unit.jobs.road.front import FRONT, Front, make_front, told
from tests.world import World


def test_the_others_leave_before_the_leader_enters() -> None:
    """The order of the changes, and that the trail tells it."""
    world, front = _enforced()
    world.fail_over("pg2")
    front.meanwhile = lambda change: _follow_modes(world, front)
    world.settle()
    assert _modes(front.applied) == [("pg1", "reject"), ("pg2", "accept")]
    assert world.restarts("web3") == 1
    assert world.ledger.state("shop").incident is None


def test_a_worker_that_dies_between_the_two_is_taken_over() -> None:
    """Between reject and accept nobody takes traffic; another worker goes on there."""
    world, front = _enforced()
    world.fail_over("pg2")

    def die(change: Change) -> None:
        front.meanwhile = lambda _: _follow_modes(world, front)
        raise WorkerDied

    front.meanwhile = die
    world.ledger.call("shop")
    with pytest.raises(WorkerDied):
        world.work()
    assert _modes(front.applied) == [("pg1", "reject")]
    world.live_on(seconds=30)
    assert _modes(front.applied) == [("pg1", "reject"), ("pg2", "accept")]
    assert world.ledger.state("shop").incident is None
    assert world.restarts("web3") == 1


def test_a_leaders_node_without_a_mux_at_its_new_port_goes_on_serving() -> None:
    """It is not moved yet, and to reject it meanwhile would shut everybody out."""
    world, front = make_front(modes="enforce")
    rejected = (node("pg2", mode="reject"), node("pg3", mode="reject"))
    front.stands(node("pg1", status="UP", host="10.9.9.9"), *rejected)
    front.knocks[Address(host="10.0.0.1", port=5432)] = Knock(kind="refused")
    world.settle()
    world.live_on(seconds=20)
    assert front.applied == []
    assert front.accepted() == ["pg1"]


def test_what_stands_in_for_etcd_is_told() -> None:
    """A young verdict and a fresh probe suffice for each change, and its entry says so."""
    world, front = _enforced()
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    front.meanwhile = lambda _: _follow_modes(world, front)
    world.work()
    changing = [e for e in told(world) if e["outcome"] == "changing"]
    assert len(changing) == 2
    assert all("a fresh SQL probe stood in" in e["note"] for e in changing)


def test_who_could_not_be_proven_is_let_in_later() -> None:
    """Without etcd and with an old verdict no mode is set; once it is back, all follows."""
    world, front = _enforced()
    world.fail_over("pg2")
    world.witness.through[FRONT] = None
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    world.clock.pass_by(11)
    world.work()
    held = world.ledger.state("shop").hosts[FRONT]
    assert (held.outcome, front.applied) == ("unproven", [])
    assert "too old to stand in" in held.reason
    world.dcs.recover()
    front.meanwhile = lambda _: _follow_modes(world, front)
    world.live_on(seconds=20)
    assert front.accepted() == ["pg2"]
    assert world.ledger.state("shop").incident is None


def test_a_mistake_of_ours_is_told_once() -> None:
    """What no hand should raise makes the balancer late, by name, and hosts are not held up."""
    world, front = _enforced()

    def stumble(change: Change) -> None:
        raise KeyError("secret")

    front.meanwhile = stumble
    world.fail_over("pg2")
    world.settle()
    world.live_on(seconds=60)
    [late] = [e for e in told(world) if e["outcome"] == LATE and "KeyError at" in e["reason"]]
    assert late["remedy"].startswith("this is a mistake in pgbaton")
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]


def test_a_leader_that_changed_meanwhile_stops_the_change() -> None:
    """The epoch is read again right before each change: the old mission lets nobody in."""
    world, front = _enforced()
    world.fail_over("pg2")

    def again(change: Change) -> None:
        front.meanwhile = lambda _: _follow_modes(world, front)
        world.fail_over("pg3")

    front.meanwhile = again
    world.settle()
    world.live_on(seconds=20)
    assert ("pg2", "accept") not in _modes(front.applied)
    assert _modes(front.applied)[-1] == ("pg3", "accept")
    assert world.ledger.state("shop").settled.member == "pg3"


def _enforced() -> tuple[World, Front]:
    world, front = make_front(modes="enforce")
    front.stands(node("pg1", status="UP"), node("pg2", mode="reject"), node("pg3", mode="reject"))
    world.settle()
    assert front.applied == []
    return world, front


def _follow_modes(world: World, front: Front) -> None:
    """As Linode does: a login lands on whoever is accepted."""
    accepted = front.accepted()
    front.up(*accepted)
    world.witness.through[FRONT] = accepted[0] if accepted else None


def _modes(changes: Sequence[Change]) -> list[tuple[str, str]]:
    return [(c.label, c.mode) for c in changes if isinstance(c, SetMode)]

"""What is set right at a NodeBalancer, and what is left as it is."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.balancer.change import CreateNode, MoveNode, SetConfig
from jobs.balancer.found import Knock
from jobs.inventory import Address
from jobs.state import FOLLOWS, LATE
from tests.unit.jobs.balancer.values import node, nodes
from tests.unit.jobs.road.front import FRONT, Front, arrive, told
from tests.world import World

MEMBERS = tuple(Address(host=f"10.0.0.{number}", port=5432) for number in (1, 2, 3))


def test_what_drifted_is_mended_on_the_way(settled: tuple[World, Front]) -> None:
    """A missing node and a changed check are set right, each told before it was made."""
    world, front = settled
    front.stands(*nodes("pg1")[:2], check_interval=31)
    world.fail_over("pg3")
    world.witness.through[FRONT] = "pg3"
    world.ledger.call("shop")
    for _ in range(12):
        world.work_one()
    assert [type(c) for c in front.applied] == [SetConfig, CreateNode]
    said = [e["change"] for e in told(world) if e["outcome"] == "changing"]
    assert said == ["set check_interval 5", "add node pg3 (10.0.0.3:5432), mode accept"]


@pytest.mark.parametrize("runs", [False, True], ids=["no-mux-yet", "mux-runs"])
def test_a_serving_node_is_moved_only_where_a_mux_answers(
    settled: tuple[World, Front], *, runs: bool
) -> None:
    """An inventory that names the mux's port before HAProxy runs there must not shut everybody out."""
    world, front = settled
    old = node("pg1", status="UP", host="10.9.9.9")
    front.stands(old, *nodes("pg1")[1:])
    address = Address(host="10.0.0.1", port=5432)
    front.knocks[address] = Knock(kind="http", status=200) if runs else Knock(kind="refused")
    world.witness.through[FRONT] = None
    _reconcile(world)
    world.live_on(seconds=20)
    assert [type(c) for c in front.applied] == ([MoveNode] if runs else [])
    if not runs:
        late = [e for e in told(world) if e["outcome"] == LATE][-1]
        assert "left node pg1 where it is: nothing speaks HTTP at 10.0.0.1:5432" in late["reason"]
        assert late["remedy"] == "run the mux there: pgbaton script mux shop pg1"


@pytest.mark.parametrize("runs", [False, True], ids=["no-mux-yet", "mux-runs"])
def test_a_check_asks_for_http_only_where_a_mux_answers(
    settled: tuple[World, Front], *, runs: bool
) -> None:
    """A balancer that only checks connections serves clients today: asked for HTTP where nothing speaks
    it, it would mark everybody down."""
    world, front = settled
    front.stands(check="connection")
    front.knocks |= dict.fromkeys(MEMBERS, Knock(kind="http" if runs else "no-http"))
    front.turn(pg2="UP")
    _reconcile(world)
    world.live_on(seconds=20)
    assert [type(c) for c in front.applied] == ([SetConfig] if runs else [])
    if not runs:
        late = [e for e in told(world) if e["outcome"] == LATE][-1]
        assert "left the check as it is: nothing speaks HTTP at 10.0.0.1:5432" in late["reason"]
        assert late["remedy"] == "run the mux there: pgbaton script mux shop pg1"


def test_the_clock_notices_drift_in_peace(settled: tuple[World, Front]) -> None:
    """Somebody's hand in the Cloud Manager is undone without any failover, on the record."""
    world, front = settled
    front.stands(check_path="/health")
    _reconcile(world)
    world.live_on(seconds=4)
    assert [type(c) for c in front.applied] == [SetConfig]
    [drift] = world.told(Kind.DRIFT)
    assert (drift["host"], drift["member"]) == ("NodeBalancer front", "pg1")
    assert drift["fence"]["epoch"] > 0
    assert drift["drift"] == ["port 5432: check_path is /health, must be /primary"]
    assert [world.restarts(h) for h in ("web1", "web2", "web3")] == [0, 0, 0]


def test_a_mux_that_dies_in_peace_is_named(settled: tuple[World, Front]) -> None:
    """The leader leads, and nobody gets in: the trail says drift, the node and the cause; once it is
    up again the balancer follows. No shop is restarted for it."""
    world, front = settled
    front.turn(pg1="DOWN")
    front.knocks[Address(host="10.0.0.1", port=5432)] = Knock(kind="refused")
    world.witness.through[FRONT] = None
    _reconcile(world)
    world.live_on(seconds=30)
    assert world.told(Kind.DRIFT)[0]["drift"] == ["nobody is UP, pg1 must be"]
    [late] = [e for e in told(world) if e["outcome"] == LATE]
    assert "pg1 leads, but is DOWN: GET /primary at 10.0.0.1:5432 is refused" in late["reason"]
    assert late["remedy"] == "start HAProxy (the mux) on pg1"
    arrive(world, front, "pg1")
    world.live_on(seconds=30)
    assert told(world)[-1]["outcome"] == FOLLOWS
    assert [world.restarts(h) for h in ("web1", "web2", "web3")] == [0, 0, 0]


def test_each_time_it_dies_somebody_is_alarmed(settled: tuple[World, Front]) -> None:
    """No incident tells of it, and nobody gets in: an alarm when it begins, and another the next time."""
    world, front = settled
    front.knocks[Address(host="10.0.0.1", port=5432)] = Knock(kind="refused")
    for times in (1, 2):
        front.turn(pg1="DOWN")
        world.witness.through[FRONT] = None
        _reconcile(world)
        world.live_on(seconds=90)
        alarms = world.told(Kind.ALARM)
        assert len(alarms) == times
        assert "NodeBalancer front does not lead to pg1" in alarms[-1]["reason"]
        assert alarms[-1]["remedy"] == "start HAProxy (the mux) on pg1"
        front.turn(pg1="UP")
        world.witness.through[FRONT] = "pg1"
        world.live_on(seconds=90)


def _reconcile(world: World) -> None:
    world.ledger.requeue(
        "jobs.reconcile.reconcile",
        {"cluster": "shop", "flight": "r1", "inventory": world.inventory.digest, "schema": 1},
    )
    world.work()


def test_what_is_known_not_to_follow_does_not_drift_again(settled: tuple[World, Front]) -> None:
    """A mux that stays dead in peace is one drift and one reason, however often the clock looks."""
    world, front = settled
    front.turn(pg1="DOWN")
    front.knocks[MEMBERS[0]] = Knock(kind="refused")
    world.witness.through[FRONT] = None
    for _ in range(5):
        _reconcile(world)
        world.live_on(seconds=30)
    assert len(world.told(Kind.DRIFT)) == 1
    assert len([e for e in told(world) if e["outcome"] == LATE]) == 1

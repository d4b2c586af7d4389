"""A cluster behind a NodeBalancer: who waits for what, who is named when it does not follow, who survives what."""

from __future__ import annotations

from itertools import cycle

import pytest

from jobs.audit import Kind, verify
from jobs.balance import again
from jobs.balancer.found import Knock
from jobs.claims import SqlRefused
from jobs.inventory import Address
from jobs.state import FOLLOWS, LANDED, LATE
from tests.unit.jobs.balancer.values import node, nodes
from tests.unit.jobs.road.front import FRONT, Front, arrive, told
from tests.world import World


def test_at_first_sight_nothing_is_restarted(settled: tuple[World, Front]) -> None:
    """A shop behind a balancer that leads to the leader already needs nothing but a fence."""
    world, _ = settled
    assert [world.restarts(h) for h in ("web1", "web2", "web3")] == [0, 0, 0]
    assert world.hosts.at("10.0.1.3").fence("shop@front") is not None
    assert world.ledger.state("shop").incident is None


def test_everybody_follows_and_the_address_stays(settled: tuple[World, Front]) -> None:
    """After a failover the hosts at the leader are repointed, the one behind is restarted once."""
    world, front = settled
    world.fail_over("pg2")
    arrive(world, front, "pg2")
    world.settle()
    assert [world.restarts(h) for h in ("web1", "web2", "web3")] == [1, 1, 1]
    assert "DB_HOST=192.0.2.10\n" in world.env("web3")
    assert "DB_HOST=10.0.0.2\n" in world.env("web1")
    assert [e["outcome"] for e in told(world)[-2:]] == [LANDED, FOLLOWS]
    assert world.ledger.state("shop").settled.member == "pg2"
    assert verify(world.ledger.entries("shop")).bad is None


def test_a_shop_behind_waits_for_a_login_to_land(settled: tuple[World, Front]) -> None:
    """Hosts at the leader do not wait; restarted too early, a shop would only meet the old one again."""
    world, front = settled
    world.fail_over("pg2")
    world.ledger.call("shop")
    for _ in range(8):
        world.work_one()
    assert [world.restarts(h) for h in ("web1", "web2", "web3")] == [1, 1, 0]
    assert "conclude" not in str(world.kinds()[-1])
    arrive(world, front, "pg2")
    world.live_on(seconds=6)
    assert world.restarts("web3") == 1
    assert world.ledger.state("shop").incident is None


def test_waiting_fills_no_trail_and_alarms_nobody(settled: tuple[World, Front]) -> None:
    """That a balancer is watched is told once, however many jobs watch; who waits has not failed."""
    world, _ = settled
    before = len(world.kinds())
    world.fail_over("pg2")
    world.ledger.call("shop")
    for _ in range(11):
        world.work_one()
    planned = [e["hosts"] for e in world.told(Kind.PLANNED)]
    assert planned.count({FRONT: 1}) == 2  # one for each leader
    assert world.told(Kind.ALARM) == []
    assert Kind.CONCLUDED not in world.kinds()[before:]


def test_the_first_watch_holds_up_nobody(settled: tuple[World, Front]) -> None:
    """Where many clusters fail over at once, hosts of the next one wait in the queue behind it; only
    the watch that comes after them sits."""
    world, _ = settled
    world.fail_over("pg2")
    world.witness.through[FRONT] = None
    world.ledger.call("shop")
    assert [world.work_one() for _ in range(3)][-1] == "balance: waiting"
    assert world.clock.slept == []
    assert "balance: waiting" in [world.work_one() for _ in range(3)]
    assert sum(world.clock.slept) > 1


def test_a_balancer_has_its_time_after_epochs_went_back(settled: tuple[World, Front]) -> None:
    """After an etcd restore it is left alone until the fences are lifted; then it is watched first, and
    named only when it is late."""
    world, front = settled
    for member in ("pg2", "pg3", "pg2"):
        world.fail_over(member)
        arrive(world, front, member)
        world.settle()
    world.dcs.revision = 1
    world.fail_over("pg3")
    world.witness.through[FRONT] = None
    world.ledger.call("shop")
    assert world.work() == ["respond: confirmed"]
    for host in world.hosts.hosts.values():
        host.journals.clear()
    world.ledger.forget("shop", world.inventory.targets_of("shop"), ())
    world.ledger.call("shop")
    assert "balance: waiting" in [world.work_one() for _ in range(16)][-4:]
    assert [a for a in world.told(Kind.ALARM) if "does not follow" in a["reason"]] == []


def test_who_only_waits_is_not_asked_for_with_everybody(settled: tuple[World, Front]) -> None:
    """A conclude while the balancer still has time looks at no member: a lost one costs two seconds."""
    world, _ = settled
    world.fail_over("pg2")
    world.ledger.call("shop")
    said = [world.work_one() for _ in range(8)]
    assert "conclude: under-way" in said
    assert "conclude: held-open" not in said


def test_it_is_restarted_by_a_login_though_node_status_lags(settled: tuple[World, Front]) -> None:
    """A landing is enough for the shop; the incident waits until the leader alone is UP."""
    world, front = settled
    world.fail_over("pg2")
    arrive(world, front, "pg2", up=("pg1", "pg2"))
    world.ledger.call("shop")
    for _ in range(12):
        world.work_one()
    assert world.restarts("web3") == 1
    assert world.ledger.state("shop").incident is not None
    front.up("pg2")
    world.live_on(seconds=6)
    assert world.ledger.state("shop").incident is None


def test_with_the_api_down_logins_alone_suffice(settled: tuple[World, Front]) -> None:
    """Three logins in a row land on the leader; the incident says what could not be seen."""
    world, front = settled
    front.break_down("Linode's API at api.linode.com: no answer within 2 s", None)
    world.fail_over("pg2")
    world.witness.through[FRONT] = "pg2"
    world.settle()
    assert world.restarts("web3") == 1
    last = told(world)[-1]
    assert last["outcome"] == FOLLOWS
    assert last["note"].startswith("3 logins landed there; node status not seen: Linode's API")
    assert world.ledger.state("shop").incident is None


@pytest.mark.parametrize("seen", [True, False], ids=["api-up", "api-down"])
def test_a_balancer_that_takes_turns_lets_shops_go_and_does_not_follow(
    settled: tuple[World, Front], *, seen: bool
) -> None:
    """While the old node is still up, every other login lands: one is enough to restart a shop that
    is led into a closed door anyway, and not enough to end the incident."""
    world, front = settled
    if not seen:
        front.break_down()
    front.turn(pg1="UP", pg2="UP")
    world.fail_over("pg2")
    world.witness.through[FRONT] = cycle(["pg1", "pg2"])
    world.ledger.call("shop")
    for _ in range(12):
        world.work_one()
    assert world.restarts("web3") == 1
    assert world.ledger.state("shop").incident is not None
    assert world.told(Kind.ALARM) == []
    front.recover()
    arrive(world, front, "pg2")
    world.live_on(seconds=10)
    assert world.restarts("web3") == 1
    assert world.ledger.state("shop").incident is None


def test_without_a_token_it_is_the_same(settled: tuple[World, Front]) -> None:
    """Nobody can ask, which is said, and does not hold up a failover."""
    world, _ = settled
    world.balancers = None
    world.fail_over("pg2")
    world.witness.through[FRONT] = "pg2"
    world.settle()
    assert "no token for Linode's API" in told(world)[-1]["note"]
    assert world.restarts("web3") == 1


def test_without_a_monitoring_role_node_status_must_do(settled: tuple[World, Front]) -> None:
    """Where nobody may log in, UP on exactly the leader is the proof there is, and is said to be."""
    world, front = settled
    world.fail_over("pg2")
    world.witness.sql["pg2"] = SqlRefused(sqlstate="28P01", reason="no such role")
    arrive(world, front, "pg2")
    world.settle()
    assert "no login was tried" in told(world)[-1]["note"]
    assert world.restarts("web3") == 1


PG2 = Address(host="10.0.0.2", port=5432)


@pytest.mark.parametrize(
    ("knock", "mode", "cause"),
    [
        (Knock(kind="refused"), "accept", "nothing listens there"),
        (Knock(kind="silent"), "accept", "is not answered"),
        (
            Knock(kind="http", status=200),
            "accept",
            "answers 200 to us, but not to the NodeBalancer",
        ),
        (Knock(kind="http", status=200), "reject", "pg2 leads, but is in mode reject"),
    ],
    ids=["mux-down", "silent", "firewall", "mode"],
)
def test_one_that_does_not_follow_is_explained(
    settled: tuple[World, Front], knock: Knock, mode: str, cause: str
) -> None:
    """After its time the incident names the wrong node and why, once, and stays open."""
    world, front = settled
    front.knocks[PG2] = knock
    front.stands(node("pg1"), node("pg2", mode=mode), node("pg3"))
    world.fail_over("pg2")
    world.witness.through[FRONT] = None
    front.up("nobody")
    world.settle()
    late = [e for e in told(world) if e["outcome"] == LATE]
    assert [cause in e["reason"] for e in late] == [True]
    alarms = [
        e for e in world.told(Kind.ALARM) if "NodeBalancer front does not follow" in e["reason"]
    ]
    assert len(alarms) == 1
    assert alarms[0]["remedy"]
    world.live_on(seconds=60)
    assert len([e for e in told(world) if e["outcome"] == LATE]) == 1
    assert world.ledger.state("shop").incident is not None
    assert world.restarts("web3") == 0
    front.stands(*nodes("pg2"))
    arrive(world, front, "pg2")
    world.live_on(seconds=30)
    assert world.ledger.state("shop").incident is None
    assert world.restarts("web3") == 1


@pytest.mark.parametrize(("age", "seconds"), [(0, 10), (61, 10), (300, 30), (86_400, 60)])
def test_what_stays_broken_is_watched_less_often(age: float, seconds: float) -> None:
    """Ten seconds at first, a minute after ten: Linode counts the requests of a whole week."""
    assert again(age) == seconds


def test_a_label_that_nobody_knows_is_said(settled: tuple[World, Front]) -> None:
    """There is no such NodeBalancer: the way to make it is named, and nothing else fails."""
    world, front = settled
    front.found.clear()
    world.fail_over("pg2")
    world.witness.through[FRONT] = None
    world.settle()
    [late] = [e for e in told(world) if e["outcome"] == LATE]
    assert "Linode knows no NodeBalancer labelled shop-front" in late["reason"]
    assert late["remedy"] == "pgbaton nodebalancer apply front"
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]

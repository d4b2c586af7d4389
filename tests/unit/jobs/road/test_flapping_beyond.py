"""What a held return means to NodeBalancers, to hosts behind them, and to DNS records."""

from __future__ import annotations

import pytest

from jobs.balancer.change import Change
from jobs.state import FOLLOWS
from tests.fakes.records import FakeRecords
from tests.unit.jobs.road.front import FRONT, Front, arrive, make_front
from tests.unit.jobs.road.test_flapping import change, held
from tests.unit.jobs.road.test_publish import DNS
from tests.world import INVENTORY, World, make_world

POLICY = """
[clusters.shop.probe]
user = "pgbaton"
[clusters.shop.flapping]
changes = 2
within = 600
calm = 60
"""


def fronted(modes: str) -> tuple[World, Front]:
    """web1 and web2 at the leader, web3 behind a balancer that follows at once; pg2 led, and pg1 returns."""
    world, front = make_front(modes=modes, more=POLICY)
    world.settle()
    front.meanwhile = lambda _: _follow(world, front)
    for leader in ("pg2", "pg1"):
        if modes == "observe":
            arrive(world, front, leader)
        change(world, leader)
        world.live_on(seconds=6)
    return world, front


def _follow(world: World, front: Front, _: Change | None = None) -> None:
    """The balancer's checks have noticed who was let in."""
    accepted = front.accepted()
    if len(accepted) == 1:
        arrive(world, front, accepted[0])


@pytest.mark.parametrize("modes", ["observe", "enforce"])
def test_balancer_is_never_held_and_neither_is_who_waits_behind_it(modes: str) -> None:
    """It asks for the primary, so that a replica would serve nobody through it; hosts that point at the
    replica themselves stay there."""
    world, front = fronted(modes)
    state = world.ledger.state("shop")
    assert held(world)
    assert all("DB_HOST=10.0.0.2" in world.env(host) for host in ("web1", "web2"))
    assert state.incident is not None
    assert state.hosts[FRONT].outcome == FOLLOWS
    assert state.hosts[FRONT].fence == state.incident.fence
    assert state.hosts["web3@front"].fence == state.incident.fence
    assert modes == "observe" or front.accepted() == ["pg1"]
    world.live_on(seconds=62)
    assert world.ledger.state("shop").incident is None
    assert all("DB_HOST=10.0.0.1" in world.env(host) for host in ("web1", "web2"))


def test_record_is_held_like_a_host() -> None:
    """Who resolves the name goes on reading at the replica, until the leader has led calmly."""
    world, records = make_world(INVENTORY + DNS + POLICY), FakeRecords()
    records.domain("example.com")
    world.records = records
    world.settle()
    for leader in ("pg2", "pg1"):
        change(world, leader)
    assert held(world)
    assert records.record("example.com", "db", "A") == "10.0.0.2"
    world.live_on(seconds=62)
    assert records.record("example.com", "db", "A") == "10.0.0.1"
    assert world.ledger.state("shop").incident is None

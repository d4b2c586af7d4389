"""A leadership that goes to and fro: its return is held back while readers are served, and never longer."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.claims import SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from tests.world import INVENTORY, World, make_world

POLICY = """scope = "shop"
probe = { user = "pgbaton" }
flapping = { changes = 3, within = 600, calm = 60 }
"""
AT = {"pg1": "10.0.0.1", "pg2": "10.0.0.2", "pg3": "10.0.0.3"}


def flapping_world(policy: str = POLICY) -> World:
    world = make_world(INVENTORY.replace('scope = "shop"\n', policy))
    world.settle()
    return world


@pytest.fixture
def world() -> World:
    """pg1, pg2, pg1 have led, each followed; the third change within 600 s is the next."""
    world = flapping_world()
    change(world, "pg2")
    change(world, "pg1")
    return world


def change(world: World, member: str, *, after: float = 10) -> None:
    """Another member is elected a while later, and everybody asks and works."""
    world.clock.pass_by(after)
    world.fail_over(member)
    world.settle()


def follows(world: World, member: str) -> bool:
    return all(f"DB_HOST={AT[member]}" in world.env(host) for host in ("web1", "web2"))


def held(world: World) -> bool:
    incident = world.ledger.state("shop").incident
    return incident is not None and incident.hold is not None


def alarms(world: World) -> list[str]:
    return [told["reason"] for told in world.told(Kind.ALARM)]


def lifted(world: World) -> list[str]:
    return [told["reason"] for told in world.told(Kind.RELEASED)]


def test_third_change_is_held_and_said_loudly_with_what_lifts_it(world: World) -> None:
    """pg2 returns to the lead: applications stay at pg1, which answers as a replica."""
    before = world.restarts("web1")
    change(world, "pg2")
    assert follows(world, "pg1")
    assert world.restarts("web1") == before
    assert alarms(world) == [
        "held: 3 leader changes in 10 min; applications stay at pg1 (read-only) although pg2 leads"
    ]
    remedy = world.told(Kind.ALARM)[0]["remedy"]
    assert "60 s" in remedy
    assert "pgbaton release shop --why TEXT" in remedy
    assert world.ledger.state("shop").incident is not None


def test_calm_lifts_it_by_itself(world: World) -> None:
    """A minute in one epoch, and the clock alone brings everybody to the leader, on the record."""
    change(world, "pg2")
    world.live_on(seconds=56)
    assert follows(world, "pg1")
    world.live_on(seconds=6)
    assert follows(world, "pg2")
    assert lifted(world) == ["pg2 has led for 60 s without a change"]
    assert world.ledger.state("shop").incident is None
    assert world.kinds()[-1] == Kind.CONCLUDED


def test_clock_looks_again_within_its_two_seconds(world: World) -> None:
    """While something is held the clock asks at every tick, so that what lifts it is seen."""
    change(world, "pg2")
    for _ in range(5):
        world.clock.pass_by(2)
        assert world.tick() is not None
        world.work()
    assert held(world)


def test_member_that_stops_answering_is_left_at_once(world: World) -> None:
    """Leaving a dead member is not delayed: the next look moves everybody."""
    change(world, "pg2")
    world.witness.down.add("pg1")
    world.live_on(seconds=2)
    assert follows(world, "pg2")
    assert lifted(world) == ["no replica answers at pg1"]


@pytest.mark.parametrize(
    "said",
    [
        Unknown(reason="connection refused"),
        SqlStarting(reason="the database system is starting up"),
        SqlRefused(sqlstate="53300", reason="too many clients"),
        SqlAnswer(in_recovery=False, read_only=False, pg_timeline=None),
        SqlAnswer(in_recovery=False, read_only=True, pg_timeline=None),
        SqlAnswer(in_recovery=True, read_only=True, system_identifier="7999"),
    ],
    ids=[
        "silent",
        "starting",
        "refuses",
        "stale primary",
        "read-only, not demoted",
        "another system",
    ],
)
def test_who_is_no_proven_replica_is_left_at_once(world: World, said: SqlClaim) -> None:
    """Whoever is dead, takes writes, or cannot be judged holds nothing back."""
    world.witness.sql["pg1"] = said
    change(world, "pg2")
    assert follows(world, "pg2")
    assert not held(world)


def test_answer_that_comes_too_late_begins_no_hold(world: World) -> None:
    """Once one host was sent on its way under an epoch, all of them go."""
    world.witness.down.add("pg1")
    world.clock.pass_by(10)
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.witness.down.discard("pg1")
    world.live_on(seconds=10)
    assert follows(world, "pg2")
    assert Kind.RELEASED not in world.kinds()


def test_member_that_was_not_left_lately_is_followed(world: World) -> None:
    """pg3 did not lead before: that is no return, however many changes there were."""
    change(world, "pg3")
    assert follows(world, "pg3")
    assert alarms(world) == []


def test_another_leader_lifts_it(world: World) -> None:
    """Held at pg1 while pg2 leads; then pg3 takes over, and everybody follows it."""
    change(world, "pg2")
    change(world, "pg3")
    assert follows(world, "pg3")
    assert lifted(world) == ["pg3 leads, and that is no flapping return"]


def test_leader_who_comes_back_to_where_applications_are_restarts_nothing(world: World) -> None:
    """pg1 leads again while they were held there: fences are raised, no service restarts."""
    before = world.restarts("web1")
    change(world, "pg2")
    change(world, "pg1")
    assert follows(world, "pg1")
    assert world.restarts("web1") == before
    assert world.ledger.state("shop").incident is None
    assert lifted(world) == ["pg1 leads, and nothing points at another member"]


def test_same_leader_with_a_new_epoch_begins_the_calm_anew(world: World) -> None:
    """pg2 loses its key and takes it again at 40 s: no 60 s of one epoch have passed at 70 s."""
    change(world, "pg2")
    world.live_on(seconds=40)
    world.fail_over("pg2")
    world.live_on(seconds=40)
    assert held(world)
    assert follows(world, "pg1")
    world.live_on(seconds=30)
    assert follows(world, "pg2")


def test_first_changes_are_never_held(world: World) -> None:
    """The fixture's two changes were followed at once, and nothing was said."""
    assert follows(world, "pg1")
    assert world.restarts("web1") == 2
    assert alarms(world) == []


def test_changes_that_are_long_past_do_not_count() -> None:
    """Three changes in an hour are no flapping where the inventory says ten minutes."""
    world = flapping_world()
    for member in ("pg2", "pg1", "pg2", "pg1"):
        change(world, member, after=500)
        assert follows(world, member)


def test_without_the_policy_every_change_is_followed() -> None:
    """Off by default: six changes in a minute, six moves."""
    world = flapping_world('scope = "shop"\n')
    for member in ("pg2", "pg1", "pg2", "pg1", "pg2", "pg1"):
        change(world, member)
        assert follows(world, member)
    assert alarms(world) == []

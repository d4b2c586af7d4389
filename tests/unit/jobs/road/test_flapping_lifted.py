"""What people do to a held return, and what the death of workers does not."""

from __future__ import annotations

from contextlib import suppress

import pytest

from jobs.audit import Kind
from jobs.flapping import Release
from jobs.remembered import release_name, release_text
from jobs.state import Pause
from tests.fakes.hosts import WorkerDied
from tests.fakes.ledger_parts import When
from tests.unit.jobs.road.test_flapping import (
    alarms,
    change,
    flapping_world,
    follows,
    held,
    lifted,
)
from tests.world import World


@pytest.fixture
def world() -> World:
    """pg1, pg2, pg1 have led, each followed; the third change within 600 s is the next."""
    world = flapping_world()
    change(world, "pg2")
    change(world, "pg1")
    return world


def test_policy_that_is_taken_away_lifts_it(world: World) -> None:
    """A reload without the table ends the hold, and says so."""
    change(world, "pg2")
    without = flapping_world('scope = "shop"\nprobe = { user = "pgbaton" }\n').inventory
    world.inventory, world.ledger.inventory = without, without.digest
    world.live_on(seconds=10)
    assert follows(world, "pg2")
    assert lifted(world) == ["the inventory asks for no hold any more"]


def test_operators_release_lifts_it_and_forgets_the_changes(world: World) -> None:
    """Who released is on the record; the change after that is the first one again."""
    change(world, "pg2")
    incident = world.ledger.state("shop").incident
    assert incident is not None
    assert incident.hold is not None
    release = Release(epoch=incident.hold.epoch, by="dba", why="the switch is mended")
    world.ledger.remember(release_name("shop"), release_text(release))
    world.settle()
    assert follows(world, "pg2")
    told = world.told(Kind.RELEASED)
    assert [(one["by"], one["reason"]) for one in told] == [("dba", "the switch is mended")]
    change(world, "pg1")
    assert follows(world, "pg1")


def test_release_of_an_earlier_hold_lifts_no_later_one(world: World) -> None:
    """What was said of one epoch is no word on the next."""
    change(world, "pg2")
    incident = world.ledger.state("shop").incident
    assert incident is not None
    assert incident.hold is not None
    early = Release(epoch=incident.hold.epoch - 1, by="dba", why="go")
    world.ledger.remember(release_name("shop"), release_text(early))
    world.settle()
    assert held(world)


@pytest.mark.parametrize("hours", [-1, 1])
def test_clock_that_jumps_ends_it_rather_than_making_it_last(world: World, hours: int) -> None:
    """Another Redis, whose clock is an hour off, takes over: a jump is no reason to stay read-only."""
    change(world, "pg2")
    assert held(world)
    world.clock.step(hours * 3600)
    world.live_on(seconds=10)
    assert follows(world, "pg2")


def test_pause_and_hold_end_each_for_itself(world: World) -> None:
    """Held or paused, nothing moves; calm during a pause moves nothing before its end."""
    change(world, "pg2")
    until = world.clock.now() + 100
    world.ledger.pause("shop", Pause(why="test", until=until, by="dba"), ())
    world.live_on(seconds=90)
    assert follows(world, "pg1")
    world.live_on(seconds=14)
    assert follows(world, "pg2")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("effect", range(1, 9))
def test_hold_survives_whoever_dies_around_any_step(world: World, effect: int, when: When) -> None:
    """A worker dies around the k-th step of the round that holds: the next one holds too, moves
    nothing, says it once, and calm lifts it."""
    world.clock.pass_by(10)
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.ledger.fail(effect, when, WorkerDied())
    with suppress(WorkerDied):
        world.work()
    world.ledger.recover()
    world.live_on(seconds=30)
    assert held(world)
    assert follows(world, "pg1")
    assert len(alarms(world)) == 1
    world.live_on(seconds=60)
    assert follows(world, "pg2")
    assert len(lifted(world)) == 1

"""What an incident's entries keep for those who ask why: without it a cause would have to be guessed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.audit import Kind
from jobs.claims import RestAnswer, SqlAnswer
from jobs.due import NOT_THERE, Due
from jobs.story import CauseKind, story_of
from tests.world import MEMBERS, World, make_world, member


@pytest.fixture
def world() -> World:
    """A settled cluster that pg1 leads."""
    world = make_world()
    world.settle()
    return world


def recorded(world: World, state: str) -> None:
    """pg1's own record says so."""
    world.dcs.put_member("shop", replace(member("pg1", MEMBERS["pg1"]), state=state))


def test_an_opening_says_which_epoch_held(world: World) -> None:
    """So that an incident in which nobody else led shows by itself; at the very first, none did."""
    before = world.ledger.state("shop").settled.fence
    world.fail_over("pg2")
    world.settle()
    assert before is not None
    assert [o["epoch"] for o in world.told(Kind.OPENED)] == [None, before.epoch]


def test_a_look_keeps_states_wish_and_sort(world: World) -> None:
    """The members' own words, who asked for another leader, and what sort of answer SQL gave."""
    world.dcs.ask_for_another("shop")
    world.fail_over("pg2")
    world.dcs.take_up("shop")
    world.settle()
    seen = world.told(Kind.CONCLUDED)[-1]["claims"]
    assert seen["etcd"]["states"] == dict.fromkeys(MEMBERS, "running")
    assert seen["etcd"]["asked"] == {"revision": world.dcs.revision, "pending": False}
    assert {name: said["claim"] for name, said in seen["others"].items()} == {
        "pg1": "answer",
        "pg3": "answer",
    }


def test_an_alarm_keeps_the_look_it_rests_on(world: World) -> None:
    """An incident that is held open concludes nothing: its alarm alone says how the member stood."""
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)
    world.dcs.delete_member("shop", "pg1")
    world.fail_over("pg2")
    world.settle()
    assert world.told(Kind.ALARM)[0]["claims"]["others"]["pg1"]["in_recovery"] is False
    story = story_of(world.ledger, "shop", "shop-2")
    assert story is not None
    assert not story.over
    assert story.cause is not None
    assert story.cause.kind == CauseKind.TWO_PRIMARIES


@pytest.mark.parametrize("state", sorted(NOT_THERE))
def test_a_leader_that_says_it_is_down_is_looked_at(world: World, state: str) -> None:
    """A crash moves no key: the member's record is the only word of it, until it is over."""
    recorded(world, state)
    assert world.tick() == Due.DOWN


@pytest.mark.parametrize("state", ["running", "streaming", "in archive recovery", ""])
def test_a_leader_that_runs_is_left_alone(world: World, state: str) -> None:
    """A standby cluster's leader streams, and a word that Patroni does not have yet is none."""
    recorded(world, state)
    assert world.tick() is None


def test_a_replica_that_is_down_is_nobody_s_business(world: World) -> None:
    """Its restart is no incident."""
    record = replace(member("pg2", MEMBERS["pg2"]), state="crashed")
    world.dcs.put_member("shop", record)
    assert world.tick() is None


def test_a_crash_is_an_incident_in_which_nothing_moves(world: World) -> None:
    """Named by Patroni's own word, over once PostgreSQL is back, and no host was touched."""
    recorded(world, "crashed")
    world.witness.rest["pg1"] = RestAnswer(
        role="primary", state="crashed", scope="shop", name="pg1", pg_timeline=1
    )
    world.tick()
    world.work()
    assert world.ledger.state("shop").incident is not None
    del world.witness.rest["pg1"]
    recorded(world, "running")
    world.live_on(seconds=10)
    story = story_of(world.ledger, "shop", "shop-2")
    assert story is not None
    assert story.over
    assert story.cause is not None
    assert story.cause.kind == CauseKind.POSTGRESQL_CRASH
    assert (story.targets, world.restarts("web1")) == ((), 0)


def test_a_record_that_only_lags_opens_nothing(world: World) -> None:
    """Patroni writes it once a loop: PostgreSQL's and Patroni's own words count."""
    recorded(world, "crashed")
    world.live_on(seconds=20)
    assert world.ledger.state("shop").incident is None

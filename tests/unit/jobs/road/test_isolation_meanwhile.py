"""What happens between the look that asks for an isolation and the stop: the last look decides."""

from __future__ import annotations

import pytest

from jobs.claims import SqlAnswer
from jobs.inventory import SCHEMA
from jobs.names import RECONCILE
from jobs.state import Pause
from tests.unit.jobs.road.test_isolation import sentences, settled, split, told


def test_a_leader_that_changes_right_before_sends_nothing() -> None:
    """The epoch is read again when the connection stands: pg1 itself may be the new leader."""
    world, members = settled()

    def back() -> None:
        del world.witness.sql["pg1"]
        world.dcs.put_member("shop", next(iter(world.ledger.state("shop").remembered())))
        world.fail_over("pg3")

    members.before = back
    split(world)
    world.work()
    world.live_on(seconds=30)
    assert members.stopped == []
    assert "superseded" in told(world)


@pytest.mark.parametrize(("old", "stopped"), [(0, ["pg1"]), (11, [])])
def test_etcd_that_goes_away_right_before_is_said(old: float, stopped: list[str]) -> None:
    """A young verdict and a fresh login at the leader stand in, on the record; an old one does not."""
    world, members = settled()

    def away() -> None:
        world.dcs.break_down()
        world.clock.pass_by(old)

    members.before = away
    split(world)
    world.work()
    world.live_on(seconds=30)
    assert members.stopped == stopped
    said = sentences(world)[-1]
    assert ("is isolated" in said) == bool(stopped)
    assert "etcd could not be asked" in said


def test_a_pause_that_comes_while_it_is_under_way_is_the_last_word() -> None:
    """It is asked for again when the connection stands, and why nothing was done is told."""
    world, members = settled()
    pause = Pause(why="work", until=world.clock.now() + 3600, by="dba")
    members.before = lambda: world.ledger.pause("shop", pause, ())
    split(world)
    world.work()
    world.live_on(seconds=30)
    assert (members.asked, members.stopped) == (["pg1"], [])
    assert sentences(world)[-1] == "pg1 is not isolated: an operator paused the cluster"


def test_one_that_was_demoted_meanwhile_is_spared() -> None:
    """The job looks for itself before it does anything."""
    world, members = settled()
    world.fail_over("pg2")
    world.settle()
    world.clock.pass_by(300)
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)
    own = {"inventory": world.inventory.digest, "schema": SCHEMA}
    world.ledger.requeue(RECONCILE, {"cluster": "shop", "flight": "reconcile-1", **own})
    while "member:pg1" not in world.ledger.state("shop").assignments:
        assert world.work_one() is not None
    del world.witness.sql["pg1"]
    world.work()
    assert members.asked == []
    assert told(world) == ["asked", "spared"]
    assert world.ledger.state("shop").incident is None

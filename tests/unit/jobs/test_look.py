"""A look waits for a leader, but nobody's failover waits for a look."""

from __future__ import annotations

from jobs.claims import SqlStarting
from jobs.look import LOOKS_FOR, look
from jobs.names import RECONCILE
from jobs.verdict import Confirmed, NotYet
from tests.world import World, make_world


def looked(world: World) -> tuple[object, float]:
    """The verdict, and how long it took."""
    began = world.clock.monotonic()
    _, verdict = look(world.tools, cluster="shop", state=world.ledger.state("shop"))
    return verdict, world.clock.monotonic() - began


def leaderless() -> World:
    world = make_world()
    world.dcs.delete_leader("shop")
    return world


def test_a_look_waits_a_second_for_a_leader() -> None:
    """Between two leaders there are moments without one."""
    verdict, seconds = looked(leaderless())
    assert isinstance(verdict, NotYet)
    assert LOOKS_FOR <= seconds < LOOKS_FOR + 0.1


def test_while_other_jobs_wait_one_look_is_enough() -> None:
    """A hundred clusters without a leader take no worker a second each from one that has a new one."""
    world = leaderless()
    world.ledger.requeue(RECONCILE, {"cluster": "other"})
    verdict, seconds = looked(world)
    assert isinstance(verdict, NotYet)
    assert seconds < 0.1


def test_a_leader_that_is_promoting_is_waited_for() -> None:
    """Its key is there, and it will write in a moment: to leave it would cost seconds."""
    world = make_world()
    world.witness.sql["pg1"] = SqlStarting(reason="57P03")
    world.ledger.requeue(RECONCILE, {"cluster": "other"})
    verdict, seconds = looked(world)
    assert isinstance(verdict, NotYet)
    assert seconds >= LOOKS_FOR


def test_who_leads_is_seen_at_once() -> None:
    """Whether others wait or not."""
    world = make_world()
    world.ledger.requeue(RECONCILE, {"cluster": "other"})
    assert isinstance(looked(world)[0], Confirmed)

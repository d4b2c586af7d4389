"""A worker that dies at any step changes neither the end nor the number of restarts."""

from __future__ import annotations

import pytest

from jobs.audit import Kind, verify
from jobs.lastread import LastReads
from tests.fakes.hosts import WorkerDied
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    """A settled cluster that pg1 leads."""
    world = make_world()
    world.settle()
    return world


@pytest.mark.parametrize("reads", [None, LastReads()], ids=["reading", "remembering"])
def test_worker_dying_after_each_effect_on_a_host_changes_neither_end_nor_restarts(
    reads: LastReads | None,
) -> None:
    """Crash after the k-th effect on hosts, run again: same end, and one restart a host, for every k."""
    for k in range(1, 40):
        world = make_world()
        world.reads = reads
        world.settle()
        world.fail_over("pg2")
        world.hosts.die_after(k)
        world.ledger.call("shop")
        died = _works_until_death(world)
        world.hosts.live()
        world.live_on(seconds=60)
        assert all("DB_HOST=10.0.0.2\n" in world.env(h) for h in ("web1", "web2")), k
        assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1], k
        assert world.ledger.state("shop").incident is None, k
        if not died:
            assert k > 10
            return
    pytest.fail("no run got through without dying")


def _works_until_death(world: World) -> bool:
    try:
        world.work()
    except WorkerDied:
        return True
    return False


class LedgerDied(BaseException):
    """The worker is gone right around a step in Redis."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_worker_dying_around_each_ledger_step_changes_neither_end_nor_restarts(when: str) -> None:
    """Crash around the k-th step in Redis, run again: same end, and one restart a host, for every k."""
    for k in range(1, 60):
        world = make_world()
        world.settle()
        world.fail_over("pg2")
        world.ledger.call("shop")
        world.ledger.fail(k, "before" if when == "before" else "after", LedgerDied())
        try:
            world.work()
            died = False
        except LedgerDied:
            died = True
        world.ledger.recover()
        world.live_on(seconds=60)
        assert all("DB_HOST=10.0.0.2\n" in world.env(h) for h in ("web1", "web2")), k
        assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1], k
        assert world.ledger.state("shop").incident is None, k
        assert verify(world.ledger.entries("shop")).bad is None
        if not died:
            assert k > 8
            return
    pytest.fail("no run got through without dying")


def test_silent_job_is_taken_over_within_ten_seconds(world: World) -> None:
    """From a dead worker's last beat to another's work: at most ten seconds of clock ticks."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.hosts.die_after(1)
    with pytest.raises(WorkerDied):
        world.work_one()
    world.hosts.live()
    began = world.clock.now()
    while "DB_HOST=10.0.0.2" not in world.env("web2"):
        world.clock.pass_by(2)
        world.tick()
        world.work()
        assert world.clock.now() - began <= 10
    assert Kind.TAKEN_OVER in world.kinds()

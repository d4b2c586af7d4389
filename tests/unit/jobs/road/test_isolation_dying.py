"""Whoever isolates a stale primary may die at any step: somebody else ends it, and nothing is done twice."""

from __future__ import annotations

import pytest

from tests.fakes.hosts import WorkerDied
from tests.unit.jobs.road.test_isolation import settled, split, told


def test_a_worker_that_dies_after_the_stop_is_taken_over() -> None:
    """Somebody else finds nothing to stop, and the incident ends."""
    world, members = settled()
    members.dies = True
    split(world)
    with pytest.raises(WorkerDied):
        world.work()
    world.live_on(seconds=60)
    assert members.stopped == ["pg1"]
    assert world.ledger.state("shop").incident is None


class LedgerDied(BaseException):
    """The worker is gone right around a step in Redis."""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_dies_around_any_step_in_redis_changes_nothing_in_the_end(when: str) -> None:
    """Crash around the k-th step, run again: stopped once, hosts restarted once, the end told once."""
    for k in range(1, 80):
        world, members = settled()
        split(world)
        world.ledger.fail(k, "before" if when == "before" else "after", LedgerDied())
        try:
            world.work()
            died = False
        except LedgerDied:
            died = True
        world.ledger.recover()
        world.live_on(seconds=60)
        assert members.stopped == ["pg1"], k
        assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1], k
        assert world.ledger.state("shop").incident is None, k
        assert told(world).count("asked") == 1, k
        if not died:
            assert k > 12
            return
    pytest.fail("no run got through without dying")

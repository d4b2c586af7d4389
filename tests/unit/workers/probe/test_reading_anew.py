"""What the probe sees has a cluster's targets read anew, soon and not too often."""

from __future__ import annotations

import pytest

from jobs.names import RECONCILE
from tests.unit.workers.probe.desk import Desk


@pytest.fixture
def desk() -> Desk:
    """A probe that has polled once."""
    desk = Desk()
    assert desk.poll() == []
    return desk


def test_a_flip_has_everything_read_anew(desk: Desk) -> None:
    """In peace a leader's node that is down would else be noticed by the next drift check only."""
    desk.poll()
    assert desk.ledger.waiting_jobs() == []
    desk.turn(pg1="DOWN")
    desk.poll()
    [(function, arguments)] = desk.ledger.waiting_jobs()
    assert (function, arguments["cluster"]) == (RECONCILE, "shop")
    desk.poll()
    assert len(desk.ledger.waiting_jobs()) == 1


def test_a_node_that_flaps_has_everything_read_anew_now_and_then(desk: Desk) -> None:
    """Twice a minute at most, since that reads every host; how it stands at the end is read in any case."""
    for number in range(12):
        desk.turn(pg1="UP" if number % 2 else "DOWN")
        desk.poll()
    assert len(desk.ledger.waiting_jobs()) == 2
    desk.poll(seconds=30)
    assert len(desk.ledger.waiting_jobs()) == 3
    desk.poll(seconds=60)
    assert len(desk.ledger.waiting_jobs()) == 3

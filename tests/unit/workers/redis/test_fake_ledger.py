from typing import Literal

import pytest

from jobs.audit import Draft, Kind
from jobs.ports import LedgerUnavailable
from tests.fakes.clock import FakeClock
from tests.fakes.hosts import WorkerDied
from tests.fakes.ledger import FakeLedger

DRAFTS = [Draft(id=f"e{number}", kind=Kind.EVENT) for number in range(3)]


@pytest.mark.parametrize(("when", "left"), [("before", 1), ("after", 2)])
def test_a_fault_strikes_around_the_chosen_effect(
    when: Literal["before", "after"], left: int
) -> None:
    """Once, before or after the second step; what came before it stays."""
    ledger = FakeLedger()
    ledger.fail(2, when, WorkerDied())
    ledger.append("shop", DRAFTS[:1])
    with pytest.raises(WorkerDied):
        ledger.append("shop", DRAFTS[1:2])
    assert len(list(ledger.entries("shop"))) == left
    ledger.append("shop", DRAFTS[1:])
    assert len(list(ledger.entries("shop"))) == 3


def test_an_outage_refuses_everything_until_it_ends() -> None:
    """Reading and writing, and nothing is left of what was refused."""
    ledger = FakeLedger()
    ledger.break_down()
    for step in (
        lambda: ledger.append("shop", DRAFTS),
        lambda: ledger.state("shop"),
        lambda: list(ledger.entries("shop")),
    ):
        with pytest.raises(LedgerUnavailable, match="start Redis"):
            step()
    ledger.recover()
    assert list(ledger.entries("shop")) == []
    assert ledger.effects == []


def test_a_job_must_be_json() -> None:
    """What RQ could not carry fails here too."""
    with pytest.raises(TypeError):
        FakeLedger().requeue("jobs.repoint.repoint", {"cluster": "shop", "hosts": {"a"}})


def test_the_clock_moves_by_hand_only() -> None:
    """Sleeping moves both hands at once; a step moves the wall clock alone."""
    clock = FakeClock(wall=100.0, ticks=10.0)
    clock.sleep(2)
    clock.step(-50)
    assert (clock.now(), clock.monotonic(), clock.slept) == (52.0, 12.0, [2])

"""Who led lately outlives the incident, and a hold outlives whoever decided it."""

from __future__ import annotations

from dataclasses import replace

from jobs.state import Settled
from jobs.turns import Hold, Turn
from tests.contract.ledger.desks import Desk
from tests.contract.ledger.values import CLUSTER, incident

TURNS = (Turn(member="pg1", epoch=7, at=1.5), Turn(member="pg-2 ä", epoch=2**40, at=99.25))
HOLD = Hold(epoch=9, at=1_700_000_000.123456, stays=("pg1", "pg3"))


def test_a_hold_and_the_turns_are_kept_with_the_incident(desk: Desk) -> None:
    """Written in the round's own step, and read as they were."""
    held = replace(incident(), turns=TURNS, hold=HOLD)
    desk.ledger.begin(CLUSTER, "f", lease=5)
    assert desk.ledger.save(CLUSTER, "f", incident=held)
    assert desk.ledger.state(CLUSTER).incident == held


def test_turns_outlive_the_incident(desk: Desk) -> None:
    """With the settled leadership, in the step that ends it."""
    desk.ledger.begin(CLUSTER, "f", lease=5)
    desk.ledger.save(CLUSTER, "f", incident=replace(incident(), turns=TURNS))
    settled = Settled(verified=2.5, number=4, turns=TURNS)
    assert desk.ledger.save(CLUSTER, "f", settled=settled)
    state = desk.ledger.state(CLUSTER)
    assert (state.incident, state.settled) == (None, settled)


def test_a_round_that_lost_its_flight_leaves_no_hold(desk: Desk) -> None:
    """Of two that decide, one is remembered."""
    desk.ledger.begin(CLUSTER, "f", lease=5)
    desk.ledger.save(CLUSTER, "f", incident=incident())
    late = replace(incident(), turns=TURNS, hold=HOLD)
    assert not desk.ledger.save(CLUSTER, "late", incident=late)
    assert desk.ledger.state(CLUSTER).incident == incident()

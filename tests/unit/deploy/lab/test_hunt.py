"""Each stage at which a worker is struck is told apart from the others by what stands still."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.lab.drill.hunt import POINTS, Moment
from jobs.claims import MemberRecord
from jobs.fence import Fence
from jobs.state import Assignment, ClusterState, HostRecord, Incident
from jobs.verdict import Leadership

OLD, NEW = 14, 50
FENCE = Fence(system="7", pg_timeline=2, epoch=NEW)
RECORD = MemberRecord(
    name="pg2", conn_url="postgres://10.0.0.2/postgres", api_url="http://10.0.0.2:8008/patroni"
)
LEADS = Leadership(member="pg2", fence=FENCE, record=RECORD)
OPEN = Incident(id="shop-2", cluster="shop", opened=1.0, verdict="not-yet")
PROVEN = replace(OPEN, verdict="confirmed", leadership=LEADS)
GIVEN = Assignment(epoch=NEW, attempt=1, job="repoint-1", beat=1.0)
TOLD = HostRecord(epoch=NEW, attempt=1, outcome="changed", fence=FENCE)


def moment(
    phase: str | None = None,
    *,
    incident: Incident | None = PROVEN,
    given: Assignment | None = None,
    told: HostRecord | None = None,
    flight: str | None = None,
) -> Moment:
    state = ClusterState(
        cluster="shop",
        now=2.0,
        incident=incident,
        assignments={} if given is None else {"shop1": given},
        hosts={} if told is None else {"shop1": told},
        flight=flight,
    )
    return Moment(state=state, phases={"shop1": phase, "shop2": None}, old=OLD)


BEGUN = replace(GIVEN, started=True)
ROAD = {
    "asked": moment(incident=OPEN),
    "respond": moment(incident=OPEN, flight="respond-1"),
    "assigned": moment(given=GIVEN),
    "begun": moment(given=BEGUN),
    "after": moment("intent", given=BEGUN),
    "restart": moment("written", given=BEGUN),
    "report": moment("checked", given=BEGUN),
    "conclude": moment("checked", told=TOLD),
}
"""A failover, stage by stage."""


@pytest.mark.parametrize("name", POINTS)
def test_a_stage_is_known_when_it_is_there(name: str) -> None:
    """Its own moment, and of all others that its job comes by, none."""
    point = POINTS[name]
    assert point.there(ROAD[name])
    others = [n for n, one in POINTS.items() if n != name and one.job == point.job]
    assert [n for n in others if point.there(ROAD[n])] == []


def test_a_host_that_was_told_is_reported() -> None:
    """What Redis knows of the epoch before does not count."""
    before = replace(TOLD, epoch=OLD)
    assert moment("checked", told=before).unreported
    assert not moment("checked", told=TOLD).unreported


def test_what_was_given_in_the_epoch_before_is_no_sign() -> None:
    """A job of another leadership may still have its hosts."""
    assert not moment(given=replace(BEGUN, epoch=OLD)).assigned
    assert not moment(given=replace(BEGUN, epoch=OLD)).started


def test_a_leader_of_before_is_not_the_proven_one() -> None:
    """The incident may have opened for an older leadership."""
    older = replace(LEADS, fence=replace(FENCE, epoch=OLD))
    assert not moment(incident=replace(PROVEN, leadership=older)).proven
    assert not moment(incident=None).proven

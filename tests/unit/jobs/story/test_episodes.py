"""A NodeBalancer's trouble in peace, by name, from its first sign to its end."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.audit import Kind
from jobs.event import LINODE_EVENT, NODE_STATUS
from jobs.story import CauseKind, Fact, episodes, fact_of
from tests.unit.jobs.story.drills import NAMES, drill


def fact(seq: int, kind: Kind, incident: str | None = None, **evidence: Any) -> Fact:
    return Fact(
        seq=seq,
        at=float(seq),
        recorded=float(seq),
        id=str(seq),
        kind=kind,
        incident=incident,
        seconds=None,
        evidence=evidence,
    )


def late(seq: int, balancer: str = "front", reason: str = "pg1 leads, but is DOWN") -> Fact:
    return fact(seq, Kind.BALANCER, balancer=balancer, outcome="late", member="pg1", reason=reason)


def follows(seq: int, balancer: str = "front", incident: str | None = None) -> Fact:
    return fact(seq, Kind.BALANCER, incident, balancer=balancer, outcome="follows", member="pg1")


def test_a_real_drill_has_its_episode() -> None:
    """HAProxy of pg1 died, and nothing else: one episode that names both, with what the probe saw."""
    [one] = episodes(map(fact_of, drill("balancer-only-4").entries))
    assert one.cause.kind == CauseKind.BALANCER_ONLY
    assert one.cause.text.startswith(
        "NodeBalancer front does not lead to pg1, who leads as before: "
    )
    assert one.cause.text.endswith("nothing listens there")
    assert one.ended is not None
    assert one.ended > one.begun
    assert [p.text for p in one.cause.proofs][:2] == [
        "probe reports NodeBalancer front: pg3 is DOWN (was unknown)",
        "probe reports NodeBalancer front: pg1 is DOWN (was UP)",
    ]
    assert any("drifted" in p.text for p in one.cause.proofs)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"balancer-only-4"}))
def test_an_incident_is_no_episode(name: str) -> None:
    """What an incident tells of its balancers is its own."""
    assert episodes(map(fact_of, drill(name).entries)) == []


def test_an_open_episode_has_no_end() -> None:
    """It lasts until the balancer follows; further reasons belong to it."""
    [one] = episodes([late(10), late(20, reason="another one")])
    assert (one.first, one.begun, one.ended) == (10, 10.0, None)
    assert [p.seq for p in one.cause.proofs] == [10, 20]


def test_balancers_are_told_apart() -> None:
    """Two at once are two episodes, oldest first, each with its own end."""
    found = episodes([late(1), late(2, "back"), follows(3, "back"), follows(4)])
    assert [(e.balancer, e.first, e.ended) for e in found] == [("front", 1, 4.0), ("back", 2, 3.0)]


def test_an_incident_takes_it_over() -> None:
    """From the next opening on the incident tells of it, and its end is not the episode's."""
    opened = fact(5, Kind.OPENED, "shop-2", before="pg1", why="no leader key")
    [one] = episodes([late(1), opened, follows(9, incident="shop-2")])
    assert one.ended == 5.0


def test_only_what_is_said_of_it_proves_it() -> None:
    """Events of another balancer, or from long before, are none of its proofs; order does not matter."""
    facts = [
        fact(1, Kind.EVENT, type=NODE_STATUS, sender="probe", data={"balancer": "front"}),
        fact(90, Kind.EVENT, type=NODE_STATUS, sender="probe", data={"balancer": "back"}),
        fact(95, Kind.EVENT, type=LINODE_EVENT, sender="probe", data={"balancer": "front"}),
        fact(96, Kind.EVENT, type=NODE_STATUS, sender="probe", data="odd"),
        late(100),
    ]
    for told in (facts, facts[::-1]):
        [one] = episodes(told)
        assert [p.seq for p in one.cause.proofs] == [95, 100]


def test_peace_without_trouble_has_no_episode() -> None:
    """A balancer that follows, and one whose beginning is not in sight, are none."""
    assert episodes([]) == []
    assert episodes([follows(1), follows(2, "back")]) == []

"""What a disaster must end in: each sentence holds in a drill that did so, and says no in one that did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace

import pytest

from deploy.lab.drill import expected
from deploy.lab.drill.history import History, Injected, Leadership, Writing
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Draft, Kind
from jobs.story import CauseKind
from tests.unit.deploy.lab import histories as h

MOVED = h.GOOD
STILL = h.telling(
    replace(h.GOOD, leaderships=(replace(h.LEADERSHIPS[0], until=None),)), h.DRAFTS[:5]
)
"""A drill in which nothing happened, and one in which the leader changed."""

SERVED = replace(
    h.GOOD, orders=tuple(h.order(f"o-{at}", at=at, member=h.OLD) for at in range(99, 124))
)
"""A drill in which customers ordered once a second throughout."""

ALARM = Draft(
    id="shop-36:alarm:two",
    kind=Kind.ALARM,
    incident="shop-36",
    evidence={"reason": "two writable primaries: pg1 accepts writes", "remedy": "stop it"},
)


def told(*drafts: tuple[float, Draft]) -> History:
    """The good drill with further entries."""
    return h.telling(h.GOOD, (*h.DRAFTS, *drafts))


def led(*members: tuple[str, int]) -> History:
    """A drill whose leaders followed each other after the fault."""
    later = [
        Leadership(member=member, address=h.NEW, epoch=epoch, since=110.0 + epoch)
        for member, epoch in members
    ]
    return replace(h.GOOD, leaderships=(h.LEADERSHIPS[0], *later))


def taken(at: float) -> Draft:
    return Draft(
        id=f"taken:{at}",
        kind=Kind.TAKEN_OVER,
        incident="shop-36",
        evidence={"hosts": ["shop1"], "reason": "silent"},
    )


def heard(action: str, role: str, *, at: float, sender: str = "pg1") -> History:
    """What a member's hook said, in a drill that marked 125 s."""
    data = {"action": action, "role": role, "scope": "shop", "member": sender}
    evidence = {"id": "e-3", "sender": sender, "data": data}
    known = told((at, Draft(id="event:e-3", kind=Kind.EVENT, evidence=evidence)))
    return replace(known, marks={"boots": 125.0})


KILLED = replace(h.GOOD, injected=(Injected(fault="KillWorker", title="a worker dies", at=121.0),))


def verdict(word: str) -> Draft:
    facts: Mapping[str, object] = {"verdict": word, "reason": "nobody answers"}
    return Draft(id=f"verdict:{word}", kind=Kind.VERDICT, incident="shop-36", evidence=facts)


def cut_short() -> History:
    """A drill whose incident never ended."""
    return h.telling(h.GOOD, h.DRAFTS[:-1])


def late() -> History:
    """A drill whose incident took long."""
    return h.telling(h.GOOD, (*h.DRAFTS[:-1], (130.0, h.concluded("shop-36"))))


HOLDS_AND_NOT: Mapping[str, tuple[Invariant, History, History]] = {
    "moved": (expected.MOVED, MOVED, STILL),
    "stayed": (expected.STAYED, STILL, MOVED),
    "stayed, but in another epoch": (expected.STAYED, STILL, led(("pg1", 40))),
    "same member": (expected.SAME_MEMBER, led(("pg1", 40)), MOVED),
    "changes back": (expected.CHANGES_BACK, led(("pg2", 36), ("pg1", 40)), led(("pg1", 40))),
    "changes twice": (expected.changed_leader(2), led(("pg2", 36), ("pg1", 40)), MOVED),
    "changes at least once": (
        expected.changed_leader(1, at_least=True),
        led(("pg2", 36), ("pg1", 40)),
        STILL,
    ),
    "nobody touched": (expected.NOBODY_TOUCHED, STILL, MOVED),
    "nobody restarted": (
        expected.NOBODY_RESTARTED,
        STILL,
        told((123.0, replace(h.host("shop1", "changed", h.SECOND), id="again"))),
    ),
    "untouched since": (
        expected.untouched_since("healed"),
        replace(MOVED, marks={"healed": 123.0}),
        replace(MOVED, marks={"healed": 121.0}),
    ),
    "an alarm": (expected.alarm("^two", name="told"), told((123.0, ALARM)), MOVED),
    "an alarm, once": (
        expected.alarm("^two", name="told once", times=1),
        told((123.0, ALARM)),
        told((123.0, ALARM), (124.0, replace(ALARM, id="again"))),
    ),
    "silent": (expected.silent("^two", name="silent"), MOVED, told((123.0, ALARM))),
    "a verdict's reason": (
        expected.verdict("unknown", because="nobody answers"),
        told((120.4, verdict("unknown"))),
        told((120.4, replace(verdict("unknown"), evidence={"verdict": "unknown", "reason": "x"}))),
    ),
    "a verdict": (expected.verdict("unknown"), told((120.4, verdict("unknown"))), MOVED),
    "no incident": (expected.NO_INCIDENT, STILL, MOVED),
    "brief incidents": (expected.brief_incidents(5), MOVED, cut_short()),
    "incidents too long": (expected.brief_incidents(5), STILL, late()),
    "one incident": (
        expected.ONE_INCIDENT,
        MOVED,
        told((130.0, replace(h.opened("shop-40"), id="shop-40:opened"))),
    ),
    "an outage's band": (expected.outage(20, 30), MOVED, led()),
    "an outage too short": (expected.outage(20, 30), MOVED, replace(MOVED, fault=119.0)),
    "an outage in another profile": (
        expected.outage(50, 60, default=(20, 30)),
        replace(MOVED, profile="default"),
        MOVED,
    ),
    "an interruption's band": (expected.interrupted((20, 30)), MOVED, SERVED),
    "no interruption": (expected.interrupted((0, 5)), SERVED, MOVED),
    "an interruption in another profile": (
        expected.interrupted((0, 5), default=(20, 30)),
        replace(MOVED, profile="default"),
        MOVED,
    ),
    "served without a break": (expected.served_until(), SERVED, MOVED),
    "served until": (
        expected.served_until("sent away"),
        replace(MOVED, marks={"sent away": 101.5}),
        replace(MOVED, marks={"sent away": 103.0}),
    ),
    "untouched until": (
        expected.untouched_until("healed", name="nobody touched"),
        replace(MOVED, marks={"healed": 121.9}),
        replace(MOVED, marks={"healed": 122.1}),
    ),
    "the hook of before says": (
        expected.says("on_start replica", mark="boots", name="it follows"),
        heard("on_start", "replica", at=126.0),
        heard("on_start", "replica", at=124.0),
    ),
    "another one's hook": (
        expected.says("on_start replica", mark="boots", name="it follows"),
        heard("on_start", "replica", at=126.0),
        heard("on_start", "replica", at=126.0, sender="pg3"),
    ),
    "it claims to lead": (
        expected.claims_to_lead(mark="boots", name="it lies"),
        heard("on_start", "primary", at=126.0),
        heard("on_start", "replica", at=126.0),
    ),
    "a mark came": (expected.came("healed"), replace(MOVED, marks={"healed": 110.0}), MOVED),
    "both write": (
        expected.both_write(1.0),
        replace(MOVED, writing=(Writing(member="pg1", since=90.0, until=130.0),)),
        replace(MOVED, writing=(Writing(member="pg1", since=90.0, until=119.0),)),
    ),
    "the new one alone writes": (
        expected.both_write(1.0),
        replace(MOVED, writing=(Writing(member="pg1", since=125.0, until=130.0),)),
        replace(MOVED, writing=(Writing(member="pg2", since=125.0, until=130.0),)),
    ),
    "orders soon": (
        expected.takes_orders(5),
        MOVED,
        replace(MOVED, writable={"pg2": 110.0}),
    ),
    "taken over": (
        expected.taken_over(10),
        h.telling(KILLED, (*h.DRAFTS, (127.0, taken(127)))),
        h.telling(KILLED, (*h.DRAFTS, (132.0, taken(132)))),
    ),
    "nobody took over": (
        expected.taken_over(10),
        h.telling(KILLED, (*h.DRAFTS, (127.0, taken(127)))),
        KILLED,
    ),
}


@pytest.mark.parametrize("name", HOLDS_AND_NOT)
def test_a_sentence_holds_and_says_no(name: str) -> None:
    """Held with its proof in one history, broken with what breaks it in the other."""
    sentence, good, bad = HOLDS_AND_NOT[name]
    held, broken = sentence.check(good), sentence.check(bad)
    assert held.held, held
    assert held.evidence
    assert not broken.held, broken
    assert broken.evidence


def causes() -> Iterator[CauseKind]:
    yield from CauseKind


def test_a_cause_must_be_the_named_one() -> None:
    """The incident's own explanation decides, and a drill without an incident has none."""
    anything = expected.cause(*causes())
    assert not anything.check(STILL).held
    assert asdict(anything.check(STILL))["evidence"] == "it names None"

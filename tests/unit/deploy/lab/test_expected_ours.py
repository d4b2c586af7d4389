"""What must follow when pgbaton itself is struck, or lied to: each sentence holds once, and says no where it is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from deploy.lab.drill.expected import arrived, carried, flooded, living, posted, said, timed
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from tests.unit.deploy.lab import histories as h
from tests.unit.deploy.lab.ours import (
    AGAIN,
    BOTH,
    EVENTS,
    HOSTS,
    LATE,
    OFF,
    REPLAYED,
    TOUCHED,
    UNTOUCHED,
    answered,
    beating,
    dies,
    ended,
    event,
    failovers,
    logged,
    planned,
    refused,
    struck,
    taken,
    tally,
    told,
)

HOLDS_AND_NOT: Mapping[str, tuple[Invariant, History, History]] = {
    "missed": (
        living.missed("clock", fault="Kill"),
        beating([100, 122]),
        beating([100, 110, 122]),
    ),
    "missed, and never back": (
        living.missed("clock", fault="Kill"),
        beating([100, 122]),
        beating([100]),
    ),
    "missed too briefly": (
        living.missed("clock", fault="Kill"),
        beating([100, 122]),
        struck(beating([100, 122]), healed=110.0),
    ),
    "another one missed too": (
        living.missed("clock", fault="Kill"),
        beating([100, 122]),
        beating([100, 122], watch=(101, 122)),
    ),
    "never struck": (
        living.missed("clock", fault="Kill"),
        beating([100, 122]),
        replace(beating([100, 122]), injected=()),
    ),
    "unsaid": (
        living.unsaid("Kill", name="silence"),
        struck(h.GOOD, healed=120.0),
        struck(h.GOOD, healed=123.0),
    ),
    "unsaid, but never healed": (
        living.unsaid("Kill", name="silence"),
        struck(h.GOOD, healed=120.0),
        struck(h.GOOD, healed=None),
    ),
    "deaf": (
        arrived.deaf("KillAll"),
        struck(told(*BOTH), healed=120.0),
        struck(told(*BOTH), healed=120.3),
    ),
    "deaf to some": (
        arrived.deaf("MuteHooks", senders=("pg1",)),
        told(event("w", "watch", at=119.0, happened=119.0)),
        told(event("a", "pg1", at=119.0, happened=119.0)),
    ),
    "deaf until": (
        arrived.deaf("KillAll", until="back"),
        replace(struck(told(*BOTH)), marks={"back": 119.0}),
        replace(struck(told(*BOTH)), marks={"back": 120.5}),
    ),
    "spooled": (
        arrived.spooled("KillAll"),
        told(*BOTH, without=EVENTS),
        told(BOTH[0], without=EVENTS),
    ),
    "spooled, but heard at once": (
        arrived.spooled("KillAll"),
        told(*BOTH, without=EVENTS),
        told(*BOTH[:1], event("b", "pg2", at=120.5, happened=120.0), without=EVENTS),
    ),
    "goes on": (
        carried.carried_on("restart", 10),
        TOUCHED,
        dies(121.0, planned(120.6), taken(132.0), ended("held", 133.0), without=HOSTS),
    ),
    "a respond goes on": (
        carried.carried_on("respond", 10),
        dies(119.0),
        dies(105.0),
    ),
    "nobody goes on": (carried.carried_on("restart", 10), TOUCHED, dies(121.0)),
    "died in respond": (carried.DIED_IN["respond"], dies(120.4), dies(120.6)),
    "died assigned": (carried.DIED_IN["assigned"], UNTOUCHED, TOUCHED),
    "died begun, given nothing": (
        carried.DIED_IN["begun"],
        UNTOUCHED,
        dies(120.5, planned(120.6), ended("changed", 127.0), without=HOSTS),
    ),
    "died in after": (carried.DIED_IN["after"], TOUCHED, UNTOUCHED),
    "died restarting, too late": (
        carried.DIED_IN["restart"],
        TOUCHED,
        dies(123.0, planned(120.6), ended("held", 127.0)),
    ),
    "died before the report": (carried.DIED_IN["report"], TOUCHED, dies(121.0)),
    "died before the end": (carried.DIED_IN["conclude"], dies(122.05), dies(122.2)),
    "died before the hosts' end": (carried.DIED_IN["conclude"], dies(122.05), dies(121.0)),
    "told once": (
        posted.told_once(),
        told(planned(120.6)),
        told(planned(120.6), ended("unchanged", 123.0)),
    ),
    "planned twice": (
        posted.told_once(),
        told(planned(120.6)),
        told(planned(120.6), (123.0, replace(planned(0)[1], id="again"))),
    ),
    "few responds": (posted.few_responds(2), logged("respond-1", "respond-1"), h.GOOD),
    "many responds": (
        posted.few_responds(2),
        logged("respond-1", "respond-2"),
        logged("respond-1", "respond-2", "respond-3"),
    ),
    "responds of before": (
        posted.few_responds(2),
        logged("respond-1"),
        logged("respond-1", at=99.0),
    ),
    "repeated": (
        posted.repeated("again-", times=1),
        answered("202 again-1", "202 again-2", "401 e-1"),
        answered("202 again-1", "429 again-2"),
    ),
    "repeated too seldom": (
        posted.repeated("again-", times=1),
        answered("202 again-1", "202 again-2"),
        answered("202 again-1"),
    ),
    "not held up": (
        posted.not_held_up(),
        answered(*REPLAYED, "202 b", "401 forged"),
        answered(*REPLAYED, "429 b"),
    ),
    "never replayed enough": (
        posted.not_held_up(),
        answered(*REPLAYED),
        answered("202 a"),
    ),
    "signed again": (
        posted.signed_again(600),
        answered(*AGAIN, history=OFF),
        answered(*AGAIN[:3], history=OFF),
    ),
    "signed rightly at once": (
        posted.signed_again(600),
        answered(*AGAIN, history=OFF),
        answered("202 x", *AGAIN[2:], history=OFF),
    ),
    "a right clock": (
        posted.signed_again(600),
        answered(*AGAIN, history=OFF),
        answered(*AGAIN, history=told(*BOTH, without=EVENTS)),
    ),
    "backwards": (
        posted.backwards("spool", old=3, least=2),
        replace(
            told(event("b", "pg2", at=123.0, happened=120.0), BOTH[0], without=EVENTS), marks=LATE
        ),
        replace(told(*BOTH, without=EVENTS), marks=LATE),
    ),
    "in the right order": (
        posted.backwards("spool", old=1, least=2),
        replace(
            told(event("b", "pg2", at=122.9, happened=120.0), BOTH[0], without=EVENTS), marks=LATE
        ),
        replace(told(*BOTH, without=EVENTS), marks=LATE),
    ),
    "no delay": (
        flooded.delays_less_than(0.2, each=1),
        failovers(flooded_end=156.0),
        failovers(flooded_end=157.0),
    ),
    "a failover without an end": (
        flooded.delays_less_than(0.2, each=1),
        failovers(flooded_end=156.0),
        h.GOOD,
    ),
    "a flood": (
        flooded.flooded_at(450, answered=50, times=1),
        tally(5000, s401=4000, s202=1000),
        tally(4000, s401=3200, s202=800),
    ),
    "a flood that is believed": (
        flooded.flooded_at(450, answered=50, times=1),
        tally(5000, s401=4000, s202=1000),
        tally(5000, s401=3000, s202=2000),
    ),
    "a flood that nobody hears": (
        flooded.flooded_at(450, answered=50, times=1),
        tally(5000, s401=400, s202=100),
        tally(5000, s401=390, s202=100),
    ),
    "too few floods": (
        flooded.flooded_at(450, answered=50, times=1),
        tally(5000, s401=4000, s202=1000),
        h.GOOD,
    ),
    "refused once": (flooded.refused_once_a_minute(), refused(100, 130), refused(121, 130)),
    "never refused": (flooded.refused_once_a_minute(), refused(100, 130), refused()),
    "quiet since": (
        said.quiet_since("healed"),
        replace(h.GOOD, marks={"healed": 121.0}),
        replace(h.GOOD, marks={"healed": 120.0}),
    ),
    "quiet since never": (
        said.quiet_since("healed"),
        replace(h.GOOD, marks={"healed": 121.0}),
        h.GOOD,
    ),
    "again soon": (
        timed.again_within("back", 5, name="a return"),
        replace(h.GOOD, marks={"back": 118.0}),
        replace(h.GOOD, marks={"back": 116.0}),
    ),
    "again before": (
        timed.again_within("back", 5, name="a return"),
        replace(h.GOOD, marks={"back": 118.0}),
        replace(h.GOOD, marks={"back": 123.0}),
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

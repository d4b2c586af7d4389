"""Histories in which pgbaton itself was struck, or lied to: without this file each sentence would have to make one up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from deploy.lab.drill.history import History, Injected
from jobs.audit import Draft, Kind
from tests.unit.deploy.lab import histories as h

Told = tuple[float, Draft]


def struck(history: History, *, at: float = 105.0, healed: float | None = 121.0) -> History:
    """A drill in which something was struck by every kind of fault that a sentence may name."""
    kinds = ("Kill", "KillAll", "MuteHooks")
    injected = tuple(Injected(fault=k, title=k, at=at, healed=healed) for k in kinds)
    return replace(history, injected=injected)


def beating(clock: Sequence[float], *, watch: Sequence[float] = range(96, 130, 5)) -> History:
    """A drill in which the clock was dead for 16 s, by the signs of life that came."""
    return replace(struck(h.GOOD), beats={"clock": tuple(clock), "watch": tuple(watch)})


def event(name: str, sender: str, *, at: float, happened: float) -> Told:
    """What a sender's clock dated so, and the trail then held."""
    time = datetime.fromtimestamp(happened, UTC).isoformat()
    evidence = {"id": name, "sender": sender, "time": time, "data": {}}
    return at, Draft(id=f"event:{sender}:{name}", kind=Kind.EVENT, evidence=evidence)


def told(*further: Told, without: frozenset[Kind] = frozenset()) -> History:
    """The good drill with further entries, and without some kinds since its fault."""
    kept = [d for d in h.DRAFTS if d[0] < h.FAULT or d[1].kind not in without]
    return h.telling(struck(h.GOOD), (*kept, *further))


LATE = {"spool": 122.5}
EVENTS = frozenset({Kind.EVENT})
BOTH = (
    event("a", "pg1", at=123.0, happened=119.0),
    event("b", "pg2", at=123.1, happened=120.0),
)


def planned(at: float) -> Told:
    facts = {"job": "repoint-1", "fence": "7/2/36", "hosts": {"shop1": 1}}
    return at, Draft(id="planned", kind=Kind.PLANNED, evidence=facts, incident="shop-36")


def taken(at: float) -> Told:
    facts = {"job": "repoint-1", "hosts": ["shop1"]}
    return at, Draft(id="taken", kind=Kind.TAKEN_OVER, evidence=facts, incident="shop-36")


def ended(outcome: str, at: float) -> Told:
    return at, replace(h.host("shop1", outcome, h.SECOND), id=f"again:{outcome}")


def dies(at: float, *further: Told, without: frozenset[Kind] = frozenset()) -> History:
    """A worker died in the good drill, whose leader is proven at 120.5 and whose host ends at 122."""
    return struck(told(*further, without=without), at=at)


HOSTS = frozenset({Kind.HOST})
TOUCHED = dies(121.0, planned(120.6), taken(126.0), ended("held", 127.0), without=HOSTS)
UNTOUCHED = dies(121.0, planned(120.6), taken(126.0), ended("changed", 127.0), without=HOSTS)


def logged(*responds: str, at: float = 121.0) -> History:
    """A worker's log that tells of these responds, in a drill in which one change was planned."""
    stamp = datetime.fromtimestamp(at, UTC).isoformat()
    lines = (
        json.dumps({"event": f"pgbaton: jobs.respond.respond ({name})", "timestamp": stamp})
        for name in responds
    )
    known = told(planned(120.6))
    return replace(known, places={"control/log/worker-1.log": "\n".join(["no JSON", *lines])})


def answered(*lines: str, history: History = h.GOOD) -> History:
    return replace(history, places={"control/access.log": "\n".join([*lines, "odd"])})


OFF = told(
    event("x", "pg1", at=120.0, happened=-480.0),
    event("y", "pg2", at=121.0, happened=-479.0),
    without=EVENTS,
)
REPLAYED = ("202 a", *["429 a"] * 60)
AGAIN = ("401 x", "202 x", "401 y", "202 y")

CALMLY = {"calm 0": 100.0, "flooded 1": 130.0}


def failovers(*, flooded_end: float) -> History:
    """One calm failover of 22 s, and one under a flood."""
    third = replace(h.SECOND, epoch=50)
    later = replace(h.LEADERSHIPS[0], epoch=50, since=140.0, until=None)
    known = told((flooded_end, h.host("shop1", "changed", third)))
    leaderships = (*h.LEADERSHIPS, later)
    return replace(known, marks=CALMLY, leaderships=leaderships)


def tally(offered: int, **answers: int) -> History:
    named = {name.removeprefix("s"): count for name, count in answers.items()}
    line = json.dumps({"offered": offered, "seconds": 10.0, "answers": named})
    return replace(h.GOOD, places={"stranger/log/flood.log": f"Traceback\n{line}\n"})


def refused(*at: float) -> History:
    """A drill whose intake refused something at these instants."""
    facts = {"reason": "bad-signature"}
    drafts = [(one, Draft(id=f"r:{one}", kind=Kind.REFUSED, evidence=facts)) for one in at]
    return replace(h.GOOD, intake=h.chain(drafts))

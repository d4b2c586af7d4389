"""A NodeBalancer that leads nowhere while nothing else happens: no incident tells of it, its alarm does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jobs.audit import Kind
from jobs.event import LINODE_EVENT, NODE_STATUS
from jobs.hearsay import reported
from jobs.state import FOLLOWS, LATE
from jobs.story.cause import Cause, CauseKind, Proof
from jobs.story.fact import Fact

LEAD = 60.0
"""Seconds before the trouble was seen in which what Linode said of that NodeBalancer belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One NodeBalancer's trouble in peace: `begun` when it was first seen not to follow, `ended` when
    it did again or an incident took it over (seconds since 1970); `first` its first entry's number."""

    balancer: str
    first: int
    begun: float
    reason: str
    cause: Cause
    ended: float | None = None


def episodes(facts: Iterable[Fact]) -> list[Episode]:
    """Every episode in a stretch of a cluster's trail, oldest first. In peace means: the entries name
    no incident. One that is open has no `ended`; one that began before the stretch is not told."""
    known, found, open_ = sorted(facts, key=lambda fact: fact.seq), [], dict[str, Episode]()
    for fact in known:
        if fact.kind == Kind.OPENED:
            found += [replace(one, ended=fact.at) for one in open_.values()]
            open_.clear()
        elif fact.kind == Kind.BALANCER and fact.incident is None:
            found += _step(open_, fact)
    told = sorted([*found, *open_.values()], key=lambda one: one.first)
    return [replace(one, cause=_cause(one, known)) for one in told]


def _step(open_: dict[str, Episode], fact: Fact) -> Iterator[Episode]:
    name, outcome = str(fact.evidence.get("balancer")), fact.evidence.get("outcome")
    if outcome == FOLLOWS and name in open_:
        yield replace(open_.pop(name), ended=fact.at)
    elif outcome == LATE and name not in open_:
        open_[name] = _begun(name, fact)


def _begun(name: str, fact: Fact) -> Episode:
    reason, member = str(fact.evidence.get("reason") or ""), fact.evidence.get("member")
    text = f"NodeBalancer {name} does not lead to {member}, who leads as before: {reason}"
    cause = Cause(kind=CauseKind.BALANCER_ONLY, text=text, proofs=())
    return Episode(balancer=name, first=fact.seq, begun=fact.at, reason=reason, cause=cause)


def _cause(one: Episode, facts: list[Fact]) -> Cause:
    ended = float("inf") if one.ended is None else one.ended
    near = (f for f in facts if one.begun - LEAD <= f.at <= ended)
    return replace(one.cause, proofs=tuple(_proofs(one, near)))


def _proofs(one: Episode, near: Iterable[Fact]) -> Iterator[Proof]:
    for fact in near:
        if fact.kind == Kind.EVENT and _about(one.balancer, fact):
            yield Proof(seq=fact.seq, at=fact.at, text=reported(fact.evidence))
        elif (
            fact.kind == Kind.DRIFT and fact.evidence.get("host") == f"NodeBalancer {one.balancer}"
        ):
            what = ", ".join(map(str, fact.evidence.get("drift") or ()))
            yield Proof(
                seq=fact.seq, at=fact.at, text=f"NodeBalancer {one.balancer} drifted: {what}"
            )
        elif fact.kind == Kind.BALANCER and fact.incident is None and _late(one.balancer, fact):
            yield Proof(seq=fact.seq, at=fact.at, text=str(fact.evidence.get("reason") or ""))


def _late(balancer: str, fact: Fact) -> bool:
    return fact.evidence.get("balancer") == balancer and fact.evidence.get("outcome") == LATE


def _about(balancer: str, fact: Fact) -> bool:
    data = fact.evidence.get("data")
    told = fact.evidence.get("type") in {NODE_STATUS, LINODE_EVENT} and isinstance(data, dict)
    return told and isinstance(data, dict) and data.get("balancer") == balancer

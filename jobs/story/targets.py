"""How each target of an incident fared, entry by entry."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobs.audit import Kind
from jobs.inventory import Target, parse_target
from jobs.remote import HOLDS
from jobs.state import FOLLOWS, LANDED
from jobs.story.fact import Fact
from jobs.story.story import Attempt, TargetStory

BARS = 20
"""Attempts kept of each target, the newest; all are counted."""

DONE = {Kind.HOST: HOLDS, Kind.BALANCER: {FOLLOWS, LANDED}, Kind.DNS: {"changed", "unchanged"}}
"""The outcomes with which a target follows the leader."""

ON_THE_WAY = frozenset({"changing", LANDED})
"""Entries of a NodeBalancer or a record that say what is being done, and end no attempt."""


@dataclass(slots=True)
class Targets:
    """The targets of one incident, in the order in which they were planned or told; beside them who was
    waited for no longer."""

    known: dict[str, TargetStory] = field(default_factory=dict)
    gone: list[TargetStory] = field(default_factory=list)

    def planned(self, fact: Fact) -> None:
        """Whoever a job was given stands in the table from then on; a newer leadership begins anew."""
        for target in fact.evidence["hosts"]:
            known = self._of(target)
            fresh = replace(known, outcome="planned", holds=False) if known.holds else known
            self.known[target] = replace(fresh, planned=fact.at)

    def told(self, fact: Fact) -> bool | None:
        """An entry of kind HOST, BALANCER or DNS: whether its target holds now; None where it does not
        say."""
        target = target_of(fact)
        known, evidence, outcome = self._of(target), fact.evidence, str(fact.evidence["outcome"])
        if outcome == "superseded":
            return None
        if outcome in ON_THE_WAY:
            self.known[target] = replace(known, outcome=outcome, at=fact.at)
            return True if outcome == LANDED else None
        holds = outcome in DONE[fact.kind]
        attempt = _attempt(fact, known, outcome, holds=holds)
        if known.at is not None and fact.at < known.at:
            self.known[target] = _with_earlier(known, fact, attempt)
            return holds
        self.known[target] = TargetStory(  # not replaced: a long incident has thousands of these
            target=known.target,
            told=known.told,
            kind=known.kind,
            outcome=outcome,
            holds=holds,
            planned=known.planned,
            at=fact.at,
            seconds=fact.seconds,
            member=evidence.get("member"),
            reason=str(evidence.get("reason") or ""),
            remedy=str(evidence.get("remedy") or ""),
            restarted=(*known.restarted, *evidence.get("restarted", ())),
            attempts=known.attempts + 1,
            failures=known.failures + (not holds),
            bars=(*known.bars[1 - BARS :], attempt),
        )
        return holds

    def ended(self, named: Container[str]) -> Sequence[TargetStory]:
        """The incident is over, and its end names these. Who neither holds nor is among them is gone, and
        returned."""
        gone = [one for one in self.known.values() if not one.holds and one.target not in named]
        for one in gone:
            self.gone.append(self.known.pop(one.target))
        return gone

    def _of(self, target: str) -> TargetStory:
        if target in self.known:
            return self.known[target]
        at = parse_target(target)
        if at.kind == "member":
            raise ValueError(f"{target} follows nobody: it is to be isolated")
        return TargetStory(target=target, told=at.told, kind=at.kind)


def _with_earlier(known: TargetStory, fact: Fact, attempt: Attempt) -> TargetStory:
    """A try that a journal told of late. Where the target has held since, it is that try that brought it
    there, and not the look that found it so."""
    bars = sorted((*known.bars, attempt), key=lambda bar: bar.ended)[-BARS:]
    restarted = (*fact.evidence.get("restarted", ()), *known.restarted)
    held = known.holds and attempt.holds
    return replace(
        known,
        outcome=attempt.outcome if held else known.outcome,
        at=fact.at if held else known.at,
        seconds=fact.seconds if held else known.seconds,
        restarted=restarted,
        attempts=known.attempts + 1,
        failures=known.failures + (not attempt.holds),
        bars=tuple(bars),
    )


def target_of(fact: Fact) -> str:
    """The word of the target that an entry of kind HOST, BALANCER or DNS speaks of."""
    evidence: Mapping[str, Any] = fact.evidence
    match fact.kind:
        case Kind.BALANCER:
            return str(Target(kind="nodebalancer", name=evidence["balancer"]))
        case Kind.DNS:
            return str(Target(kind="dns", name=evidence.get("name") or evidence["record"]))
        case _:
            return str(
                Target(kind="host", name=evidence["host"], behind=evidence.get("behind") or None)
            )


def _attempt(fact: Fact, known: TargetStory, outcome: str, *, holds: bool) -> Attempt:
    planned = known.planned if known.planned is not None else fact.at
    begun = fact.at - fact.seconds if fact.seconds is not None else planned
    reason = str(fact.evidence.get("reason") or "")
    return Attempt(
        seq=fact.seq,
        begun=min(begun, fact.at),
        ended=fact.at,
        outcome=outcome,
        holds=holds,
        text=outcome if holds or not reason else f"{outcome}: {reason}",
    )

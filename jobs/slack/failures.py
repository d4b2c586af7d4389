"""Targets that fail alike are told of once: fifty hosts behind one dead switch are one reply."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jobs.audit import Kind
from jobs.fence import Fence
from jobs.inventory import parse_target
from jobs.slack.tale import TARGETS, Mark
from jobs.story import Fact
from jobs.story.targets import target_of

GATHERS = 3.0
"""Seconds in which further targets that fail alike are taken into the same reply."""

LEFT = re.compile(r":alarm:left:(.+?):\d+:(.*)", re.DOTALL)
"""The id of an alarm that a target is left behind: its word, and the way in which it fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One way of failing, and who failed so first, as people call them."""

    seq: int
    at: float
    way: str
    targets: tuple[str, ...]
    reason: str
    remedy: str
    due: float
    """When it is told: with everybody who failed alike meanwhile, but before whatever else is said."""


def failures(marks: Sequence[Mark]) -> list[Failure]:
    """One for each way of failing and leadership, oldest first."""
    known: dict[tuple[Fence | None, str], Failure] = {}
    fence: Fence | None = None
    for mark in marks:
        fence = _fence_of(mark.fact) or fence
        one = _failure(mark.fact)
        if one is None:
            known = {key: _closed(first, mark.fact.at) for key, first in known.items()}
        else:
            first = known.setdefault((fence, one.way), one)
            known[fence, one.way] = _with(first, one)
    return list(known.values())


def _closed(first: Failure, at: float) -> Failure:
    return replace(first, due=min(first.due, at))


def is_left(fact: Fact) -> bool:
    """True for an alarm that only says of a target that it is left behind."""
    return fact.kind == Kind.ALARM and LEFT.search(fact.id) is not None


def _fence_of(fact: Fact) -> Fence | None:
    if fact.kind != Kind.VERDICT or fact.evidence["verdict"] != "confirmed":
        return None
    return Fence(**fact.evidence["fence"])


def _failure(fact: Fact) -> Failure | None:
    found = LEFT.search(fact.id) if fact.kind == Kind.ALARM else None
    if fact.kind in TARGETS:
        target, way = target_of(fact), str(fact.evidence["outcome"])
    elif found is not None:
        target, way = found[1], _way(found[2])
    else:
        return None
    return Failure(
        seq=fact.seq,
        at=fact.at,
        way=way,
        targets=(parse_target(target).told,),
        reason=str(fact.evidence.get("reason") or ""),
        remedy=str(fact.evidence.get("remedy") or ""),
        due=fact.at + GATHERS,
    )


def _way(told: str) -> str:
    """Alarms call an outcome by its word, or, of what is late, the reason."""
    return "late" if " " in told else told


def _with(first: Failure, one: Failure) -> Failure:
    """An alarm says in its remedy what a host's own entry left open."""
    if one.at > first.due:
        return first
    targets = tuple(dict.fromkeys((*first.targets, *one.targets)))
    return replace(first, targets=targets, remedy=first.remedy or one.remedy)

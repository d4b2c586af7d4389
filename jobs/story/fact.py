"""An entry whose body was parsed once: folds read thousands of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from jobs.audit import Entry, Kind
from jobs.taken_in import happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What an entry says. `at` is in seconds since 1970 by Redis TIME, `seconds` how long it took. A step
    that was taken in from a journal happened `at`, by its own machine's clock, and was `recorded` later."""

    seq: int
    at: float
    recorded: float
    id: str
    kind: Kind
    incident: str | None
    seconds: float | None
    evidence: Mapping[str, Any]


def fact_of(entry: Entry) -> Fact:
    """Parse an entry's body. ValueError or KeyError where it is none of ours."""
    facts = entry.facts
    _ours(facts)
    return Fact(
        seq=entry.seq,
        at=happened(entry.at / 1e6, facts),
        recorded=entry.at / 1e6,
        id=facts["id"],
        kind=Kind(facts["kind"]),
        incident=facts["incident"],
        seconds=facts["seconds"],
        evidence=facts["evidence"],
    )


def inside(fact: Fact) -> Fact | None:
    """What a journal's entry tells, as if it had been told then; None for every other entry. ValueError
    or KeyError where it is none of ours."""
    if fact.kind != Kind.JOURNAL:
        return None
    told = fact.evidence["fact"]
    _ours({"id": told["id"], "evidence": told["evidence"], "seconds": fact.seconds})
    return replace(fact, id=told["id"], kind=Kind(told["kind"]), evidence=told["evidence"])


LONGEST = 1e10
"""Seconds: three centuries."""


def _ours(facts: Mapping[str, Any]) -> None:
    """Whoever wrote into Redis may have left any JSON there: folds rely on these shapes."""
    if not isinstance(facts["evidence"], dict) or not _is_length(facts["seconds"]):
        raise ValueError(
            f"entry {facts['id']!r} is none of ours: its evidence or its seconds are no such"
        )


def _is_length(seconds: object) -> bool:
    if seconds is None:
        return True
    return type(seconds) in {int, float} and abs(seconds) < LONGEST  # type: ignore[arg-type]

"""The audit trail: whether what it says of the last incidents can be believed, by its anchors elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.doctor.evidence import Unseen
from deploy.doctor.finding import Finding, error, note, warning
from deploy.doctor.report import Report, not_seen, report
from jobs.audit.examine import Examined

UNANCHORED = 1000
"""Entries without an anchor behind them that are too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailSeen:
    """A cluster's newest entries, held against the anchors; `asked` None: the inventory wants none."""

    cluster: str
    found: Examined
    asked: Unseen | bool | None


def judge_trail(seen: TrailSeen) -> Report:
    """What speaks against it."""
    return report(f"trail {seen.cluster}", _fine(seen), [*_bad(seen), *_anchors(seen)])


def _fine(seen: TrailSeen) -> Iterator[str]:
    found = seen.found
    if found.sound and found.count:
        anchored = f", anchored up to {found.agreeing.seq}" if found.agreeing else ""
        yield f"entries {found.first} to {found.last} follow each other{anchored}"
    elif not found.count:
        yield "empty"


def _bad(seen: TrailSeen) -> Iterator[Finding]:
    for one in (f for f in seen.found.findings if f.bad):
        why = "The record of what happened was changed, or lost its end: nobody can rely on it."
        yield error(
            f"trail-{one.sign}", one.text, why, one.remedy or f"pgbaton audit verify {seen.cluster}"
        )


def _anchors(seen: TrailSeen) -> Iterator[Finding]:
    if isinstance(seen.asked, Unseen):
        yield not_seen("its anchors", seen.asked)
    elif seen.asked is None:
        yield note(
            "no-anchors",
            "it is not anchored outside Redis",
            "Whoever can write to Redis can rewrite it.",
            "anchors = true in [audit]",
        )
    else:
        newest = seen.found.agreeing.seq if seen.found.agreeing else 0
        if seen.found.last - newest > UNANCHORED:
            what = f"the last {seen.found.last - newest} entries have no anchor"
            yield warning(
                "trail-unanchored",
                what,
                "Until they have one they can be rewritten unseen.",
                "systemctl status pgbaton-chronicle, and its log",
            )

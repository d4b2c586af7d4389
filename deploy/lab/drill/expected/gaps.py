"""Entries that Redis lost: that they were, and that the trail says so as a gap and not as tampering."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.invariants.facts import gaps, lost_in_gaps


def _unrecorded(history: History) -> Iterator[str]:
    if not history.lost:
        yield "no entry was lost, so nothing is proven"
    told = list(gaps(history))
    if len(told) != 1:
        yield f"{len(told)} gaps are told"
    covered = lost_in_gaps(history)
    for entry in history.lost:
        if entry not in covered:
            yield f"entry {entry.seq} is lost, and no gap tells of it"
    for gap in told:
        if "failed over" not in str(gap.facts["evidence"]["reason"]):
            yield f"entry {gap.seq} says: {gap.facts['evidence']['reason']}"


def _told(history: History) -> str:
    reasons = "; ".join(str(gap.facts["evidence"]["reason"]) for gap in gaps(history))
    return f"{len(history.lost)} entries lost: {reasons}"


LOST_ON_RECORD = Invariant("what Redis lost is told as a gap of a failover", _unrecorded, _told)

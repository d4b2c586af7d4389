"""When what a journal tells really happened: without it, an outage of Redis would be told at the hour of its import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobs.audit import Kind

LATE = 5.0
"""Seconds between a step and its entry from which on the step counts as taken in late: while Redis
answers, a `repoint --now` tells the trail at once."""
IN_MINUTES = 600.0
"""Seconds from which on nobody counts seconds."""


def happened(recorded: float, facts: Mapping[str, Any]) -> float:
    """The instant of what an entry tells, which was `recorded` then; both in seconds since 1970. A journal's
    step has its own, by the clock of the operator's machine; after its entry it cannot have been."""
    if facts.get("kind") != Kind.JOURNAL:
        return recorded
    at = facts["evidence"].get("at")
    return min(float(at), recorded) if type(at) in {int, float} and at > 0 else recorded


def remark(recorded: float, facts: Mapping[str, Any]) -> str:
    """That a step was taken in late, and how much; empty where it was not."""
    late = recorded - happened(recorded, facts)
    if late < LATE:
        return ""
    length = f"{late:.0f} s" if late < IN_MINUTES else f"{late / 60:.0f} min"
    return f", taken in {length} later"

"""A loss that a person signs off: without it, a copy that was put back on purpose would be a crime for ever."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jobs.anchor import Anchor
from jobs.audit.examine import Examined
from jobs.audit.finding import Finding, Sign
from jobs.ports import Stand

LOSSES = frozenset[Sign]({"recomputed", "ends-early"})
"""What is only that other entries were anchored. Nobody can sign off a chain that does not fit, nor an
entry that claims what no anchor confirms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who signs off, and why."""

    cluster: str
    by: str
    why: str


def refused(found: Examined, findings: Iterable[Finding]) -> str | None:
    """Why there is nothing to accept; None where there is. `findings` are all, also those of where it stands."""
    other = next((one for one in findings if one.bad and one.sign not in LOSSES), None)
    if other is not None:
        return f"this is no loss that anybody can accept: {other.text}"
    return None if found.lost else "nothing is to be accepted: no anchor speaks against the trail"


def note_of(accepted: Acceptance, found: Examined, *, after: str, stand: Stand) -> Anchor:
    """The anchor of an acceptance, placed before its entry; `after` is the hash of the last entry before
    the loss."""
    assert found.bad is not None, "look at `refused` first"
    return Anchor(
        cluster=accepted.cluster,
        kind="gap",
        seq=found.bad[0] - 1,
        hash=after,
        at=stand.now,
        redis=stand.redis,
        lost=tuple(sorted({anchor.mark for anchor in found.lost})),
        why=accepted.why,
        by=accepted.by,
    )

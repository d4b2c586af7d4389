"""Epochs that went back: that they did, and that fences were lifted on the record."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Kind


def _not_back(history: History) -> Iterator[str]:
    before, now = history.before, history.leader
    if before is None or now is None:
        yield "somebody must lead before the fault and at the end"
    elif now.epoch >= before.epoch:
        yield f"{now.member} leads in epoch {now.epoch}; before, {before.member} in {before.epoch}"


def _epochs(history: History) -> str:
    return ", ".join(f"{one.member} in {one.epoch}" for one in history.leaderships)


EPOCH_WENT_BACK = Invariant("the epoch went back", _not_back, _epochs)


def _unlifted(history: History) -> Iterator[str]:
    lifted = [e for e in history.later() if e.facts["kind"] == Kind.FENCE_LIFTED]
    if len(lifted) != 1:
        yield f"{len(lifted)} entries tell of lifted fences"
    for entry in lifted:
        who = str(entry.facts["evidence"]["host"]).split(", ")
        yield from (f"{h.name} is not named" for h in history.hosts if h.name not in who)


LIFTED = Invariant(
    "one entry says whose fences an operator lifted",
    _unlifted,
    lambda history: "; ".join(
        f"entry {e.seq}: {e.facts['evidence']['host']}, {e.facts['evidence']['why']}"
        for e in history.later()
        if e.facts["kind"] == Kind.FENCE_LIFTED
    ),
)

"""What a flood of forged events may cost: measured beside calm failovers of the same lab, since machines differ."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.trailwatch import epoch_of
from jobs.audit import Kind

CALM, FLOODED = "calm", "flooded"
"""How the marks begin at which a failover was asked for."""

LOG = "stranger/log/flood.log"
REPLAYED = 0.25
"""The part of the requests, and a little, that are genuine: the webhook knows them."""


def took(history: History, kind: str) -> Sequence[float]:
    """Seconds of each failover of a kind, from its asking to its last host's end in the trail."""
    marks = sorted(history.marks.items(), key=lambda mark: mark[1])
    found = (
        _took(history, began, end)
        for (name, began), (_, end) in pairwise([*marks, ("", float("inf"))])
        if name.startswith(kind)
    )
    return [seconds for seconds in found if seconds is not None]


def _took(history: History, began: float, end: float) -> float | None:
    led = [one for one in history.leaderships if began < one.since < end]
    told = [
        history.told_at(entry)
        for entry in history.entries
        if entry.facts["kind"] == Kind.HOST and led and epoch_of(entry.facts) == led[-1].epoch
    ]
    return round(max(told) - began, 3) if len(told) >= len(history.hosts) else None


def delays_less_than(part: float, *, each: int) -> Invariant:
    """Flooded failovers, in the median, take less than so much longer than calm ones; `each` of both."""

    def wrong(history: History) -> Iterator[str]:
        calm, flooded = took(history, CALM), took(history, FLOODED)
        if len(calm) < each or len(flooded) < each:
            yield f"only {len(calm)} calm and {len(flooded)} flooded failovers came to an end"
        elif (longer := _longer(history)) >= part:
            yield f"{longer:.0%} longer: {_beside(history)}"

    return Invariant(
        f"a flood delays a failover by less than {part:.0%}",
        wrong,
        lambda history: f"{_longer(history):+.0%}: {_beside(history)}",
    )


def _longer(history: History) -> float:
    calm, flooded = (statistics.median(took(history, kind)) for kind in (CALM, FLOODED))
    return flooded / calm - 1


def _beside(history: History) -> str:
    calm, flooded = took(history, CALM), took(history, FLOODED)
    return f"calm {', '.join(map(str, calm))} s, flooded {', '.join(map(str, flooded))} s"


def flooded_at(per_second: float, *, answered: float, times: int) -> Invariant:
    """So many requests a second were offered, each time, and at least some of them answered: all that the
    machine could. None was believed but what was known."""

    def wrong(history: History) -> Iterator[str]:
        tallies = _tallies(history)
        if len(tallies) != times:
            yield f"{len(tallies)} floods were counted"
        for one in tallies:
            said, seconds = sum(one["answers"].values()), one["seconds"]
            if one["offered"] < per_second * seconds or said < answered * seconds:
                yield f"only {one['offered']} in {seconds} s, {said} of them answered"
            if one["answers"].get("202", 0) > REPLAYED * said + 1:
                yield f"{one['answers']['202']} of {said} were taken"

    return Invariant(f"at least {per_second:g} forged events a second", wrong, _answered)


def _tallies(history: History) -> Sequence[Mapping[str, Any]]:
    lines = history.places.get(LOG, "").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def _answered(history: History) -> str:
    total, tallies = Counter[str](), _tallies(history)
    for one in tallies:
        total.update(one["answers"])
    seconds = sum(one["seconds"] for one in tallies)
    offered = sum(one["offered"] for one in tallies) / seconds
    by = ", ".join(f"{count} with {status}" for status, count in sorted(total.items()))
    return f"{offered:.0f} a second, {total.total() / seconds:.0f} of them answered: {by}"


def refused_once_a_minute() -> Invariant:
    """What is refused stands in no trail more than once for each reason and minute; some of it does."""

    def wrong(history: History) -> Iterator[str]:
        by = _refusals(history)
        if not by:
            yield "no trail tells of a refusal"
        for (trail, reason, minute), count in by.items():
            if count > 1:
                yield f"{trail}: {reason} stands {count} times in minute {minute}"

    return Invariant(
        "a trail holds one refusal for a reason and a minute",
        wrong,
        lambda history: f"{sum(_refusals(history).values())} entries in all trails",
    )


def _refusals(history: History) -> Counter[tuple[str, str, int]]:
    trails = {"the cluster's": history.entries, "the intake's": history.intake}
    return Counter(
        (name, str(e.facts["evidence"]["reason"]), int(e.at / 60e6))
        for name, entries in trails.items()
        for e in entries
        if e.facts["kind"] == Kind.REFUSED
    )

"""An incident's stages by the trail's own instants: without it one would know that a storm took long, not where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from typing import Any

from jobs.audit import Entry, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """When what happened, in seconds of Redis' clock: an event was accepted, a respond began the look
    that proved the leader, that was written down, the last host was done, the incident was over."""

    heard: float
    begun: float
    proven: float
    moved: float
    concluded: float


STAGES = ("event heard → respond begun", "→ leader proven", "→ host done", "→ concluded")


def course_of(entries: Iterable[Entry], epoch: int) -> Course | None:
    """The one incident that ended under this epoch; None where the entries do not tell all of it."""
    told = [(entry.at / 1e6, entry.facts) for entry in entries]
    heard = [at for at, f in told if f["kind"] == Kind.EVENT]
    proven = [(at, f["seconds"] or 0.0) for at, f in told if _of(f, Kind.VERDICT, epoch)]
    moved = [at for at, f in told if _of(f, Kind.HOST, epoch)]
    ended = [at for at, f in told if _of(f, Kind.CONCLUDED, epoch)]
    if not (heard and proven and moved and ended):
        return None
    at, took = proven[0]
    begun = at - took
    return Course(
        heard=min(heard[0], begun), begun=begun, proven=at, moved=moved[-1], concluded=ended[-1]
    )


def _of(facts: Mapping[str, Any], kind: Kind, epoch: int) -> bool:
    fence = facts["evidence"].get("fence") or {}
    return facts["kind"] == kind and fence.get("epoch") == epoch


def stages(courses: Sequence[Course]) -> Mapping[str, Sequence[float]]:
    """Seconds of each stage, by its name, one value an incident."""
    assert len(fields(Course)) == len(STAGES) + 1
    steps = [[b - a for a, b in pairwise(astuple(one))] for one in courses]
    return {name: tuple(step[number] for step in steps) for number, name in enumerate(STAGES)}

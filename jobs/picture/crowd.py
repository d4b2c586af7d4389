"""Fifty hosts in a few lanes: who failed stands alone, who followed at once stands together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.picture.letters import span_of
from jobs.picture.rows import Point, Row, Stretch
from jobs.picture.tries import target
from jobs.story import TargetStory

ALONE = 6
"""Targets without a failure that have a lane each; more of them share one."""

FAILED = 12
"""Targets with a failure, or that do not follow yet, that have a lane each."""

STROKES = 80
"""Single targets drawn within a shared lane."""


def rows_of(targets: Sequence[TargetStory], end: float) -> Iterator[Row]:
    """A lane for each that failed or is not done; the others alone while they are few."""
    hosts = [t for t in targets if t.kind == "host"]
    fronts = [t for t in targets if t.kind != "host"]
    yield from _some(hosts, end, noun="hosts")
    yield from _some(fronts, end, noun="balancers and records")


def _some(targets: Sequence[TargetStory], end: float, *, noun: str) -> Iterator[Row]:
    smooth = [t for t in targets if _smooth(t)]
    rough = [t for t in targets if not _smooth(t)]
    if len(smooth) > ALONE:
        yield _together(smooth, end, noun=noun)
    else:
        yield from (target(one, end) for one in smooth)
    worst = sorted(rough, key=lambda t: (t.holds, -t.failures))
    yield from (target(one, end) for one in worst[:FAILED])
    if len(worst) > FAILED:
        yield _together(worst[FAILED:], end, noun=f"more {noun}")


def _smooth(one: TargetStory) -> bool:
    return one.holds and not one.failures


def _together(targets: Sequence[TargetStory], end: float, *, noun: str) -> Row:
    ended = [t.at for t in targets if t.holds and t.at is not None]
    begun = [b.begun for t in targets for b in t.bars] + [t.planned for t in targets if t.planned]
    first, last = min(begun, default=end), max(ended, default=end)
    name = f"{len(targets)} {noun}"
    note = _note(targets, last - first)
    strokes = sorted(ended)[:: max(1, -(-len(ended) // STROKES))]
    span = Stretch(
        begun=first,
        ended=max(first, last),
        look="many",
        told=f"{name} {note}",
        words=(span_of(max(last - first, 0)),),
    )
    return Row(
        name=name,
        note=note,
        told=f"{name} {note}",
        stretches=(span,),
        points=tuple(Point(at=at, sign="done", told="one more follows") for at in strokes),
    )


def _note(targets: Sequence[TargetStory], seconds: float) -> str:
    held = sum(t.holds for t in targets)
    if held == len(targets):
        return f"followed within {span_of(max(seconds, 0))}"
    return f"{held} follow, {len(targets) - held} do not yet"

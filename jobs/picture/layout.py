"""A story gets places on paper: nothing outside the canvas, no lane in another, no word over a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from jobs.picture.axis import Axis, axis_of
from jobs.picture.crowd import rows_of
from jobs.picture.flags import flags_of, top_of
from jobs.picture.letters import shown, span_of, width_of
from jobs.picture.parts import (
    MARGIN,
    WIDE,
    Fold,
    Key,
    Lane,
    Look,
    Outage,
    Picture,
    Shape,
    Tick,
    Words,
)
from jobs.picture.places import lane_of
from jobs.picture.rows import Row, ends, leaders, said, verdicts
from jobs.picture.telling import title_of, told
from jobs.picture.writes import out_of, writes
from jobs.story import Story

LEGEND: Sequence[tuple[Look, str]] = (
    ("held", "follows after this try"),
    ("failed", "failed try"),
    ("waiting", "waiting"),
    ("none", "nobody leads"),
    ("out", "no writes"),
    ("partly", "some write"),
)


def layout(story: Story, now: float, *, shape: Shape = WIDE) -> Picture:
    """Place everything. `now` (seconds since 1970) is where an open incident ends."""
    rows, end, zero = list(_rows(story, now)), ends(story, now), story.times.detected
    axis = axis_of(_instants(rows, story, end), focus=_focus(story, end), shape=shape)
    flags = flags_of(story, axis, shape)
    top = top_of(flags, shape)
    lanes = tuple(_lanes(rows, axis, shape, top))
    bottom = lanes[-1].y + lanes[-1].height
    ticks = tuple(_ticks(axis, shape, zero, bottom))
    folds = tuple(_folds(axis, shape, bottom))
    below = bottom + shape.size * (3.1 if any(f.words for f in folds) else 1.8)
    begins = _begins(zero, shape, below + shape.size)
    keys = tuple(_keys(rows, shape, begins.y + shape.size * 1.9))
    return Picture(
        shape=shape,
        height=max([begins.y, *(k.y for k in keys)]) + shape.size,
        top=top,
        bottom=bottom,
        title=title_of(story),
        told=told(story, now),
        lanes=lanes,
        flags=flags,
        ticks=ticks,
        folds=folds,
        outage=_outage(story, now, axis),
        keys=keys,
        begins=begins,
    )


def _rows(story: Story, now: float) -> Iterator[Row]:
    yield leaders(story, now)
    yield verdicts(story, now)
    yield writes(story, now)
    yield from rows_of(story.targets, ends(story, now))
    spoken = said(story)
    if spoken is not None:
        yield spoken


def _instants(rows: Sequence[Row], story: Story, end: float) -> list[float]:
    spans = (at for row in rows for s in row.stretches for at in (s.begun, s.ended))
    points = (p.at for row in rows for p in row.points)
    return [story.times.detected, story.times.opened, end, *spans, *points]


def _focus(story: Story, end: float) -> tuple[float, float]:
    """The failover itself: from the first sign to the first target, or to what is known of it."""
    t = story.times
    known = (t.opened, t.leader_lost, t.elected, t.verified, t.first_host)
    until = end if t.verified is None else max(at for at in known if at is not None)
    return min(t.detected, t.leader_lost or t.detected), min(until, end)


def _lanes(rows: Sequence[Row], axis: Axis, shape: Shape, top: float) -> Iterator[Lane]:
    y = top
    for row in rows:
        lane = lane_of(row, axis, shape, y=y)
        yield lane
        y = lane.y + lane.height


def _ticks(axis: Axis, shape: Shape, zero: float, bottom: float) -> Iterator[Tick]:
    edge, size = -MARGIN, shape.size * 0.85
    for x, seconds in axis.steps(zero=zero, spacing=shape.spacing):
        text = _step(seconds)
        width = width_of(text, size)
        middle = min(max(x, width / 2 + 1), shape.width - width / 2 - 1)
        fits = middle - width / 2 > edge + 4
        words = Words(x=middle, y=bottom + size * 1.5, text=text, anchor="middle", width=width)
        yield Tick(x=x, words=words if fits else None)
        edge = words.right if fits else edge


def _step(seconds: float) -> str:
    """A round number of seconds: 5 s, 0.5 s, 2 min, 2 h 50 min."""
    if abs(seconds) >= 60:  # noqa: PLR2004 - a minute
        return span_of(seconds).removesuffix(" 00 s").removesuffix(" 00 min")
    return f"{round(seconds, 2):g} s"


def _folds(axis: Axis, shape: Shape, bottom: float) -> Iterator[Fold]:
    """Both are named below the axis; where there is no room for all, what is left out comes first."""
    taken: list[Words] = []
    for left, right, text in sorted(_uneven(axis), key=lambda one: one[0] == one[1]):
        words = _below(left, right, text, shape, bottom)
        fits = all(words.right + 6 < w.left or w.right + 6 < words.left for w in taken)
        taken += [words] if fits else []
        yield Fold(left=left, right=right, words=words if fits else None)


def _below(left: float, right: float, text: str, shape: Shape, bottom: float) -> Words:
    size = shape.size * 0.85
    width = width_of(text, size)
    x = min(max((left + right) / 2, width / 2 + 1), shape.width - width / 2 - 1)
    return Words(x=x, y=bottom + size * 2.9, text=text, anchor="middle", width=width)


def _uneven(axis: Axis) -> Iterator[tuple[float, float, str]]:
    """Where quiet time is left out, and where the scale changes, from left to right."""
    for before, piece in pairwise((None, *axis.pieces)):
        assert piece is not None
        if piece.quiet:
            yield piece.left, piece.right, f"{span_of(piece.ended - piece.begun)} left out"
        elif before is not None and not before.quiet:
            yield piece.left, piece.left, "scale changes"


def _begins(zero: float, shape: Shape, y: float) -> Words:
    at = datetime.fromtimestamp(zero, tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    text = f"0 s is the first sign, {at} UTC"
    size = shape.size * 0.85
    return Words(x=shape.left, y=y, text=text, width=width_of(text, size))


def _keys(rows: Sequence[Row], shape: Shape, y: float) -> Iterator[Key]:
    """The legend: what is drawn, and nothing else."""
    drawn = {s.look for row in rows for s in row.stretches}
    x, size = shape.left, shape.size * 0.85
    for look, text in LEGEND:
        if look not in drawn:
            continue
        width = width_of(text, size)
        if x + 24 + width > shape.right:
            x, y = shape.left, y + shape.size * 1.6
        yield Key(x=x, y=y, look=look, words=Words(x=x + 24, y=y, text=shown(text), width=width))
        x += 24 + width + 18


def _outage(story: Story, now: float, axis: Axis) -> Outage | None:
    out = out_of(story, now)
    if out is None:
        return None
    left, right = axis.x(out.begun), axis.x(out.until)
    some = right if out.some is None else axis.x(out.some)
    return Outage(
        x=left, width=right - left, partly=right - some, over=out.ended is not None, told=out.words
    )

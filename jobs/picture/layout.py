"""A story gets places on paper: nothing outside the canvas, no lane in another, no word over a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from jobs.picture.axis import Axis, axis_of
from jobs.picture.crowd import rows_of
from jobs.picture.letters import cut, shown, span_of, width_of
from jobs.picture.parts import (
    MARGIN,
    WIDE,
    Flag,
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
from jobs.picture.rows import Row, ends, leaders, out_of, said, verdicts, writes
from jobs.picture.telling import title_of, told
from jobs.story import Story

LEGEND: Sequence[tuple[Look, str]] = (
    ("held", "follows after this try"),
    ("failed", "failed try"),
    ("waiting", "waiting"),
    ("none", "nobody leads"),
    ("out", "no writes"),
)


def layout(story: Story, now: float, *, shape: Shape = WIDE) -> Picture:
    """Place everything. `now` (seconds since 1970) is where an open incident ends."""
    rows, end, zero = list(_rows(story, now)), ends(story, now), story.times.detected
    axis = axis_of(_instants(rows, story, end), focus=_focus(story, end), shape=shape)
    flags, top = _flags(story, axis, shape)
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
    """The failover itself: from the first sign to the first writes, or to what is known of it."""
    t = story.times
    known = (t.opened, t.leader_lost, t.elected, t.verified, t.first_host, t.writes_resumed)
    until = max(at for at in known if at is not None)
    return min(t.detected, t.leader_lost or t.detected), min(until, end)


MILESTONES = (
    ("leader_lost", "leader lost"),
    ("elected", "elected"),
    ("verified", "proven"),
    ("writes_resumed", "writes again"),
    ("last_host", "all follow"),
    ("concluded", "concluded"),
)


def _flags(story: Story, axis: Axis, shape: Shape) -> tuple[tuple[Flag, ...], float]:
    """The milestones in rows above the lanes, and where these begin."""
    zero, size = story.times.detected, shape.size
    named = [(getattr(story.times, key), name) for key, name in MILESTONES]
    there = [
        (at, name) for at, name in named if at is not None and (name != "all follow" or story.over)
    ]
    rows: list[float] = []
    placed: list[tuple[float, Words, str, int]] = []
    for at, name in sorted(there, key=lambda one: one[0]):
        text = f"{name} {_after(at - zero)}"
        words = _beside(axis.x(at), text, size=size, shape=shape)
        row = next((i for i, x in enumerate(rows) if x + size / 2 < words.left), len(rows))
        rows[row:] = [words.right, *rows[row + 1 :]]
        placed.append((axis.x(at), words, f"{name} {_after(at - zero)} after the first sign", row))
    flags = (
        Flag(x=x, told=said_, words=_at(words, y=size * 1.35 * (row + 1)))
        for x, words, said_, row in placed
    )
    return tuple(flags), size * 1.35 * len(rows) + size * 0.7


def _after(seconds: float) -> str:
    return span_of(seconds) if seconds > 0 else "0 s"


def _beside(x: float, text: str, *, size: float, shape: Shape) -> Words:
    """Right of its line, or left of it where the paper ends."""
    fitting = cut(text, size=size, room=shape.right - MARGIN)
    width = width_of(fitting, size)
    if x + 4 + width <= shape.right:
        return Words(x=x + 4, y=0, text=fitting, width=width)
    return Words(x=max(x - 4, width + MARGIN), y=0, text=fitting, anchor="end", width=width)


def _at(words: Words, *, y: float) -> Words:
    return Words(x=words.x, y=y, text=words.text, anchor=words.anchor, width=words.width)


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
    size, edge = shape.size * 0.85, -MARGIN
    for piece in (p for p in axis.pieces if p.quiet):
        middle = (piece.left + piece.right) / 2
        text = f"{span_of(piece.ended - piece.begun)} left out"
        width = width_of(text, size)
        x = min(max(middle, width / 2 + 1), shape.width - width / 2 - 1)
        words = Words(x=x, y=bottom + size * 2.9, text=text, anchor="middle", width=width)
        fits = words.left > edge + 4
        yield Fold(left=piece.left, right=piece.right, words=words if fits else None)
        edge = words.right if fits else edge
    for before, after in pairwise(axis.pieces):
        if not before.quiet and not after.quiet:
            yield Fold(left=after.left, right=after.left, words=None)


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
    return Outage(x=left, width=right - left, told=out.words)

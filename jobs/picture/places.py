"""One lane gets its place: bars wide enough to be seen, and words only where there is room for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.picture.axis import Axis
from jobs.picture.letters import cut, width_of
from jobs.picture.parts import MARGIN, Bar, Lane, Mark, Shape, Words
from jobs.picture.rows import Point, Row, Stretch

LEAST = 3.0
"""A bar's width, however short the time was."""

THREAD = 2.0
"""The height of waiting."""

APART = 3.0
"""Between two strokes, so that fifty targets look like many and not like one."""

Taken = list[tuple[float, float]]
"""Where a lane's line is written or drawn on, from x to x."""


def lane_of(row: Row, axis: Axis, shape: Shape, *, y: float) -> Lane:
    """Place a row's name, bars and marks from `y` down."""
    beside = shape.gutter > 0
    line = shape.size * 1.55
    above = 0.0 if beside else shape.size * 1.35
    height = above + line + shape.size * 1.1
    top = y + above + (height - above - line) / 2
    solid = [s for s in row.stretches if s.look != "waiting"]
    taken: Taken = [_edges(s, axis, shape) for s in solid] + [
        (p.left, p.right) for p in axis.pieces if p.quiet
    ]
    name, note = _names(row, shape, y=y, middle=top + line / 2)
    return Lane(
        y=y,
        height=height,
        ground=(y + above, y + height),
        name=name,
        note=note,
        idle=_idle(row, shape, top + line * 0.68),
        told=f"{row.name}: {row.told}",
        bars=tuple(_bars(row.stretches, axis, shape, top, line, taken)),
        marks=tuple(_marks(row.points, axis, shape, top, line, taken)),
    )


def _names(row: Row, shape: Shape, *, y: float, middle: float) -> tuple[Words, Words | None]:
    """The lane's name, and its note below it, or at the line's other end where names stand above."""
    size, small = shape.size, shape.size * 0.85
    if shape.gutter:
        room = shape.gutter - MARGIN
        name = cut(row.name, size=size * 1.08, room=room)
        note = cut(row.note, size=small, room=room)
        up, down = (-size * 0.15, size * 0.95) if note else (size * 0.35, 0)
        return (
            Words(x=MARGIN, y=middle + up, text=name, width=width_of(name, size)),
            Words(x=MARGIN, y=middle + down, text=note, width=width_of(note, small))
            if note
            else None,
        )
    room = shape.right - shape.left
    name = cut(row.name, size=size * 1.08, room=room * 0.6)
    width = width_of(name, size * 1.08)
    note = cut(row.note, size=small, room=room - width - size)
    base = y + size * 1.15
    return (
        Words(x=shape.left, y=base, text=name, width=width),
        Words(x=shape.right, y=base, text=note, anchor="end", width=width_of(note, small))
        if note
        else None,
    )


def _idle(row: Row, shape: Shape, y: float) -> Words | None:
    if row.stretches or row.points or not row.idle:
        return None
    size = shape.size * 0.85
    text = cut(row.idle, size=size, room=shape.right - shape.left)
    return Words(x=shape.left, y=y, text=text, width=width_of(text, size))


def _edges(span: Stretch, axis: Axis, shape: Shape) -> tuple[float, float]:
    """Left and right edge; a bar at the paper's end grows to the left."""
    left, right = axis.x(span.begun), axis.x(span.ended)
    right = min(max(right, left + LEAST), shape.right)
    return min(left, right - LEAST), right


def _bars(
    spans: Sequence[Stretch], axis: Axis, shape: Shape, y: float, line: float, taken: Taken
) -> Iterator[Bar]:
    for span in spans:
        left, right = _edges(span, axis, shape)
        thin = span.look == "waiting"
        yield Bar(
            x=left,
            y=y + (line - THREAD) / 2 if thin else y,
            width=right - left,
            height=THREAD if thin else line,
            look=span.look,
            told=span.told,
            words=_words(span.words, (left, right), shape, y + line * 0.68, taken),
        )


def _words(
    words: Sequence[str], edges: tuple[float, float], shape: Shape, y: float, taken: Taken
) -> Words | None:
    """The longest that fits: within, else right of it, else left of it, where nothing else is."""
    left, right = edges
    size = shape.size * 0.92
    for text in words:
        width = width_of(text, size)
        within = left + max(3, min(5, (right - left - width) / 2))
        for x in (within, right + 4, left - 4 - width):
            if x == within and width + 6 > right - left:
                continue
            if _free(x, x + width, edges, shape, taken):
                taken.append((x, x + width))
                return Words(x=x, y=y, text=text, width=width)
    return None


def _free(left: float, right: float, own: tuple[float, float], shape: Shape, taken: Taken) -> bool:
    inside = shape.left <= left and right <= shape.right
    return inside and all(right + 3 <= a or b + 3 <= left for a, b in taken if (a, b) != own)


def _marks(
    points: Sequence[Point], axis: Axis, shape: Shape, y: float, line: float, taken: Taken
) -> Iterator[Mark]:
    places = [min(max(axis.x(p.at), shape.left + 5), shape.right - 5) for p in points]
    edge = -MARGIN
    taken.extend((x - 5, x + 5) for x, p in zip(places, points, strict=True) if p.sign != "done")
    for x, point in zip(places, points, strict=True):
        if point.sign == "done" and x < edge + APART:
            continue
        edge = x
        words = _words(point.words, (x - 5, x + 5), shape, y + line * 0.68, taken)
        yield Mark(x=x, y=y + line / 2, sign=point.sign, told=point.told, words=words)

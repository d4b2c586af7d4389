"""A series as a strip: all its values where it was measured again and again, one mark and its figure where once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.lab.bench.amount import figure, spoken
from deploy.lab.bench.plot.lines import BOLD, LINE, placed
from deploy.lab.bench.plot.parts import MARGIN, Dot, Shape, Strip
from deploy.lab.bench.plot.scale import Scale
from deploy.lab.bench.result import Series
from jobs.picture.letters import counted, shown, width_of
from jobs.picture.parts import Words

DOTS = 200
"""Values that are drawn of one series, evenly from the least to the greatest."""

BAND, SLIM = 26.0, 16.0
"""Height of what the marks stand in: with dots, and without."""

BESIDE = 9.0
"""From a mark to the figure beside it."""

GOLDEN = 0.6180339887498949
"""Steps of this part of the height put each dot far from the ones before it."""

NOTHING = "nothing measured"


def measured_once(series: Sequence[Series]) -> bool:
    """True where no series has values that could be scattered."""
    return all(len(one.values) <= 1 for one in series)


def strips_of(series: Sequence[Series], scale: Scale, shape: Shape, y: float) -> Iterator[Strip]:
    """One below the other, from `y` on."""
    make = _slim if measured_once(series) else _full
    for one in series:
        strip = make(one, scale, shape, y)
        yield strip
        y = strip.y + strip.height


def _full(one: Series, scale: Scale, shape: Shape, y: float) -> Strip:
    """Its figure above its marks, and below its name how often it was measured."""
    name = _name(one, shape, y + 6)
    note = _note(one, shape, name[-1].y if name else y + 6)
    ground = y if shape.gutter else note.y + 6
    top = ground + shape.size * LINE + 8
    bottom = max(top + BAND, note.y) + 10
    said = _above(one, scale, shape, top - 6)
    return _strip(one, scale, (y, ground, top, bottom), name=name, note=note, said=said, band=BAND)


def _slim(one: Series, scale: Scale, shape: Shape, y: float) -> Strip:
    """Its figure beside its mark."""
    name = _name(one, shape, y + 2)
    named = name[-1].y + 8 if name else y + shape.size * LINE + 10
    ground = y if shape.gutter else named
    bottom = max(ground + SLIM + 8, named)
    top = (ground + bottom - SLIM) / 2
    said = _beside(one, scale, shape, top + SLIM / 2 + shape.size * 0.35)
    return _strip(one, scale, (y, ground, top, bottom), name=name, note=None, said=said, band=SLIM)


def _strip(
    one: Series,
    scale: Scale,
    heights: tuple[float, float, float, float],
    *,
    name: tuple[Words, ...],
    note: Words | None,
    said: Words,
    band: float,
) -> Strip:
    """`heights` are where it begins, its gridlines, its marks, and where it ends."""
    y, ground, top, end = heights
    return Strip(
        y=y,
        height=end - y,
        ground=ground,
        top=top,
        bottom=top + band,
        name=name,
        note=note,
        said=said,
        told=told(one),
        dots=tuple(_dots(one, scale, top, top + band)) if note is not None else (),
        median=scale.x(one.median) if one.values else None,
        p99=scale.x(one.p99) if one.values and note is not None else None,
    )


def _name(one: Series, shape: Shape, y: float) -> tuple[Words, ...]:
    room = (shape.gutter or shape.right - shape.left) - MARGIN
    return tuple(placed(one.name, y=y, size=shape.size, room=room, most=2))


def _note(one: Series, shape: Shape, y: float) -> Words:
    """How often it was measured, below `y`."""
    drawn = f", {DOTS} drawn" if len(one.values) > DOTS else ""
    text = f"{counted(len(one.values), 'measurement')}{drawn}"
    width = width_of(text, shape.small)
    return Words(x=MARGIN, y=y + shape.small * LINE, text=text, width=width)


def _above(one: Series, scale: Scale, shape: Shape, y: float) -> Words:
    """The median in words, above its mark; without its unit where there is no room for that, for the
    axis says it too."""
    text, room = _median(one), shape.right - shape.left
    if one.values and _width(text, shape) > room:
        text = figure(one.median)
    width = _width(text, shape)
    x = scale.x(one.median) if one.values else shape.left
    inside = min(max(x, shape.left + width / 2), shape.width - MARGIN / 2 - width / 2)
    return Words(x=inside, y=y, text=text, anchor="middle", width=width)


def _beside(one: Series, scale: Scale, shape: Shape, y: float) -> Words:
    """The same right of the mark, or else left of it."""
    if not one.values:
        return Words(x=shape.left, y=y, text=NOTHING, width=_width(NOTHING, shape))
    x = scale.x(one.median)
    for text in (_median(one), figure(one.median)):
        width = _width(text, shape)
        if x + BESIDE + width <= shape.width - MARGIN / 2:
            return Words(x=x + BESIDE, y=y, text=text, width=width)
        if x - BESIDE - width >= shape.left:
            return Words(x=x - BESIDE, y=y, text=text, anchor="end", width=width)
    return _above(one, scale, shape, y)


def _width(text: str, shape: Shape) -> float:
    return width_of(text, shape.size) * BOLD


def _median(one: Series) -> str:
    return spoken(one.median, one.unit) if one.values else NOTHING


def told(one: Series) -> str:
    """A strip in a sentence."""
    match len(one.values):
        case 0:
            return f"{shown(one.name)}: {NOTHING}."
        case 1:
            return f"{shown(one.name)}: {_median(one)}, measured once."
        case times:
            p99 = spoken(one.p99, one.unit)
            return f"{shown(one.name)}: median {_median(one)}, p99 {p99}, {times} measurements."


def _dots(one: Series, scale: Scale, top: float, bottom: float) -> Iterator[Dot]:
    """Values as they follow each other by size, scattered over the height: equal ones stay countable."""
    chosen = _some(sorted(one.values))
    for number, value in enumerate(chosen):
        part = (0.5 + number * GOLDEN) % 1
        yield Dot(x=scale.x(value), y=top + 4 + part * (bottom - top - 8))


def _some(ordered: Sequence[float]) -> Sequence[float]:
    if len(ordered) <= DOTS:
        return ordered
    last = len(ordered) - 1
    return [ordered[round(number * last / (DOTS - 1))] for number in range(DOTS)]

"""Series get places on paper: nothing outside the canvas, no strip in another, no word over a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deploy.lab.bench.amount import figure, fitting, spoken, unit_in_words
from deploy.lab.bench.plot.lines import lines_of
from deploy.lab.bench.plot.parts import MARGIN, WIDE, Dot, Key, Shape, Sheet, Strip, Tick
from deploy.lab.bench.plot.scale import Scale, scale_of, ticks
from deploy.lab.bench.result import Group, Series
from jobs.picture.letters import counted, shown, width_of
from jobs.picture.parts import Words

DOTS = 150
"""Values that are drawn of one series, evenly from the least to the greatest."""

BAND = 26.0
"""Height of what the marks stand in."""

LINE = 1.25
"""A row's height, in sizes of its letters."""

BOLD = 1.15
"""How much broader strong letters are."""

GOLDEN = 0.6180339887498949
"""Steps of this part of the height put each dot far from the ones before it."""

LEGEND = (
    ("dot", "one measurement"),
    ("median", "median"),
    ("p99", "p99, which 99 of 100 do not exceed"),
)


def layout(group: Group, *, shape: Shape = WIDE) -> Sheet:
    """Place everything. A group whose series are of different units is a mistake of who made it."""
    series, unit = _in_one_unit(group)
    scale = scale_of(series, left=shape.left, right=shape.right)
    heading = tuple(_heading(group.title, shape))
    top = heading[-1].y + shape.size if heading else MARGIN
    strips = tuple(_strips(series, scale, shape, top))
    bottom = strips[-1].y + strips[-1].height if strips else top
    steps = tuple(_ticks(scale, shape, bottom))
    axis = tuple(_axis(scale, unit, shape, bottom + shape.small * 1.6))
    below = axis[-1].y if axis else bottom + shape.small * 1.6
    keys = tuple(_keys(shape, below + shape.small * 1.9))
    return Sheet(
        shape=shape,
        height=keys[-1].y + MARGIN * 0.8,
        top=top,
        bottom=bottom,
        title=shown(group.title),
        told=" ".join(one.told for one in strips),
        heading=heading,
        strips=strips,
        ticks=steps,
        broken=None if scale.edge is None else (scale.edge + scale.left) / 2,
        axis=axis,
        keys=keys,
    )


def _in_one_unit(group: Group) -> tuple[Sequence[Series], str]:
    units = {one.unit for one in group.series}
    if len(units) > 1:
        raise ValueError(
            f"{group.title}: one axis cannot show {', '.join(sorted(units))}: make a Group of each"
        )
    factor, unit = fitting(
        (one.median for one in group.series if one.values), next(iter(units), "")
    )
    return [
        replace(one, values=[value * factor for value in one.values], unit=unit)
        for one in group.series
    ], unit


def _strips(series: Sequence[Series], scale: Scale, shape: Shape, y: float) -> Iterator[Strip]:
    for one in series:
        strip = _strip(one, scale, shape, y)
        yield strip
        y = strip.y + strip.height


def _strip(one: Series, scale: Scale, shape: Shape, y: float) -> Strip:
    room = (shape.gutter or shape.right - shape.left) - MARGIN
    name = tuple(_lines(one.name, y=y + 6, size=shape.size, room=room, most=2))
    note = _note(one, name, shape, y)
    ground = y if shape.gutter else note.y + 6
    top = ground + shape.size * LINE + 8
    bottom = max(top + BAND, note.y)
    return Strip(
        y=y,
        height=bottom + 10 - y,
        ground=ground,
        top=top,
        bottom=top + BAND,
        name=name,
        note=note,
        said=_said(one, scale, shape, top - 6),
        told=_told(one),
        dots=tuple(_dots(one, scale, top, top + BAND)),
        median=scale.x(one.median) if one.values else None,
        p99=scale.x(one.p99) if one.values else None,
    )


def _heading(title: str, shape: Shape) -> Iterator[Words]:
    room = (shape.width - 2 * MARGIN) / BOLD
    return _lines(title, y=MARGIN, size=shape.size, room=room, most=3)


def _lines(
    text: str, *, y: float, size: float, room: float, most: int, x: float = MARGIN
) -> Iterator[Words]:
    """A text in lines below `y`."""
    for line in lines_of(text, size=size, room=room, most=most):
        y += size * LINE
        yield Words(x=x, y=y, text=line, width=width_of(line, size))


def _note(one: Series, name: Sequence[Words], shape: Shape, y: float) -> Words:
    """How often it was measured: below the name."""
    drawn = f", {DOTS} drawn" if len(one.values) > DOTS else ""
    text = f"{counted(len(one.values), 'measurement')}{drawn}"
    below = name[-1].y if name else y + 6
    return Words(
        x=MARGIN, y=below + shape.small * LINE, text=text, width=width_of(text, shape.small)
    )


def _said(one: Series, scale: Scale, shape: Shape, y: float) -> Words:
    """The median in words, above its mark."""
    text = _median(one, shape)
    width = width_of(text, shape.size) * BOLD
    x = scale.x(one.median) if one.values else shape.left
    inside = min(max(x, shape.left + width / 2), shape.width - MARGIN / 2 - width / 2)
    return Words(x=inside, y=y, text=text, anchor="middle", width=width)


def _median(one: Series, shape: Shape) -> str:
    """With its unit, where there is room for that: the axis says it too."""
    if not one.values:
        return "nothing measured"
    text, room = spoken(one.median, one.unit), (shape.right - shape.left) / BOLD
    return text if width_of(text, shape.size) <= room else figure(one.median)


def _told(one: Series) -> str:
    if not one.values:
        return f"{shown(one.name)}: nothing measured."
    median, p99 = spoken(one.median, one.unit), spoken(one.p99, one.unit)
    return (
        f"{shown(one.name)}: median {median}, p99 {p99}, {counted(len(one.values), 'measurement')}."
    )


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


def _ticks(scale: Scale, shape: Shape, bottom: float) -> Iterator[Tick]:
    for x, text in ticks(scale, lambda label: width_of(label, shape.small)):
        width = width_of(text, shape.small)
        inside = max(min(x, shape.width - 2 - width / 2), 2 + width / 2)
        y = bottom + shape.small * 1.4
        yield Tick(x=x, words=Words(x=inside, y=y, text=text, anchor="middle", width=width))


def _axis(scale: Scale, unit: str, shape: Shape, y: float) -> Iterator[Words]:
    """What the axis shows, in words."""
    kind = "on a logarithmic scale" if scale.logarithmic else ""
    text = ", ".join(part for part in (unit_in_words(unit), kind) if part)
    room = shape.right - shape.left
    return _lines(text, y=y, size=shape.small, room=room, most=2, x=shape.left)


def _keys(shape: Shape, y: float) -> Iterator[Key]:
    x = shape.left
    for mark, text in LEGEND:
        width = width_of(text, shape.small)
        if x + 14 + width > shape.width - 4:
            x, y = shape.left, y + shape.small * 1.5
        yield Key(x=x + 4, y=y, mark=mark, words=Words(x=x + 14, y=y, text=text, width=width))
        x += 14 + width + 16

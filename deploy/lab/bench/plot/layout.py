"""Series get places on paper: nothing outside the canvas, no strip in another, no word over a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deploy.lab.bench.amount import fitting, unit_in_words
from deploy.lab.bench.plot.lines import BOLD, placed
from deploy.lab.bench.plot.parts import MARGIN, WIDE, Key, Shape, Sheet, Tick
from deploy.lab.bench.plot.scale import Scale, scale_of, ticks
from deploy.lab.bench.plot.strips import measured_once, strips_of
from deploy.lab.bench.result import Group, Series
from jobs.picture.letters import shown, width_of
from jobs.picture.parts import Words

Legend = Sequence[tuple[str, str]]
LEGEND: Legend = (
    ("dot", "one measurement"),
    ("median", "median"),
    ("p99", "p99, which 99 of 100 do not exceed"),
)
ONCE: Legend = (("median", "measured once"),)


def layout(group: Group, *, shape: Shape = WIDE) -> Sheet:
    """Place everything. A group whose series are of different units is a mistake of who made it."""
    series, unit = _in_one_unit(group)
    scale = scale_of(series, left=shape.left, right=shape.right)
    room = (shape.width - 2 * MARGIN) / BOLD
    heading = tuple(placed(group.title, y=MARGIN, size=shape.size, room=room, most=3))
    top = heading[-1].y + shape.size if heading else MARGIN
    strips = tuple(strips_of(series, scale, shape, top))
    bottom = strips[-1].y + strips[-1].height if strips else top
    steps = tuple(_ticks(scale, shape, bottom))
    axis = tuple(_axis(scale, unit, shape, bottom + shape.small * 1.6))
    below = axis[-1].y if axis else bottom + shape.small * 1.6
    legend = ONCE if measured_once(series) else LEGEND
    keys = tuple(_keys(legend, shape, below + shape.small * 1.9))
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
    return placed(text, y=y, size=shape.small, room=room, most=2, x=shape.left)


def _keys(legend: Legend, shape: Shape, y: float) -> Iterator[Key]:
    x = shape.left
    for mark, text in legend:
        width = width_of(text, shape.small)
        if x + 14 + width > shape.width - 4:
            x, y = shape.left, y + shape.small * 1.5
        yield Key(x=x + 4, y=y, mark=mark, words=Words(x=x + 14, y=y, text=text, width=width))
        x += 14 + width + 16

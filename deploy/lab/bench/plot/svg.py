"""A sheet becomes one SVG file: without script or anything from elsewhere, every word escaped, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.bench.plot.layout import layout
from deploy.lab.bench.plot.parts import MARGIN, WIDE, Key, Shape, Sheet, Strip
from deploy.lab.bench.plot.style import STYLE
from deploy.lab.bench.result import Group
from jobs.picture.letters import markup
from jobs.picture.parts import Words


def plot(group: Group, *, shape: Shape = WIDE) -> str:
    """The whole file."""
    return svg(layout(group, shape=shape))


def svg(sheet: Sheet) -> str:
    """The same of a sheet that was laid out already."""
    return "\n".join((*_pieces(sheet), "</svg>", ""))


def _pieces(sheet: Sheet) -> Iterator[str]:
    width, height = _n(sheet.shape.width), _n(sheet.height)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" aria-labelledby="title" aria-describedby="told" '
        f'font-size="{_n(sheet.shape.size)}">'
    )
    yield f'<title id="title">{markup(sheet.title)}</title>'
    yield f'<desc id="told">{markup(sheet.told)}</desc>'
    yield f"<style>\n{STYLE}</style>"
    yield _paper(sheet)
    yield from (_words(one, "heading") for one in sheet.heading)
    yield from _ground(sheet)
    for strip in sheet.strips:
        yield from _strip(strip, sheet.shape.small)
    small = sheet.shape.small
    yield from (_words(one, "quiet", size=small) for one in sheet.axis)
    yield from (_key(key, small) for key in sheet.keys)


def _paper(sheet: Sheet) -> str:
    size = f'width="{_n(sheet.shape.width - 1)}" height="{_n(sheet.height - 1)}"'
    return f'<rect class="paper" x="0.5" y="0.5" {size} rx="6"/>'


def _ground(sheet: Sheet) -> Iterator[str]:
    """Gridlines and their figures, the strips' borders, the axis."""
    for tick in sheet.ticks:
        yield _through(tick.x, sheet)
        yield _words(tick.words, "quiet", size=sheet.shape.small)
    for strip in sheet.strips:
        yield _line(MARGIN, strip.y, sheet.shape.right, strip.y, "rule")
    yield _line(sheet.shape.left, sheet.bottom, sheet.shape.right, sheet.bottom, "axis")
    if sheet.broken is not None:
        path = f"M{_n(sheet.broken - 5)} {_n(sheet.bottom + 5)}l4 -10M{_n(sheet.broken + 1)} {_n(sheet.bottom + 5)}l4 -10"
        yield f'<path class="break" d="{path}"/>'


def _through(x: float, sheet: Sheet) -> str:
    """A gridline, where it crosses no name."""
    parts = (f"M{_n(x)} {_n(one.ground)}V{_n(one.y + one.height)}" for one in sheet.strips)
    return f'<path class="grid" d="{"".join(parts)}"/>'


def _strip(strip: Strip, small: float) -> Iterator[str]:
    yield f"<g><title>{markup(strip.told)}</title>"
    if strip.dots:
        yield f'<g class="dot">{"".join(_dot(dot.x, dot.y) for dot in strip.dots)}</g>'
    if strip.p99 is not None:
        yield _line(strip.p99, strip.top, strip.p99, strip.bottom, "p99")
    if strip.median is not None:
        yield _median(strip.median, strip.top, strip.bottom)
    yield from (_words(one, "name") for one in strip.name)
    if strip.note is not None:
        yield _words(strip.note, "quiet", size=small)
    yield f"{_words(strip.said, 'said')}</g>"


def _dot(x: float, y: float) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3.5"/>'


def _median(x: float, top: float, bottom: float) -> str:
    place = f'x="{_n(x - 2.5)}" y="{_n(top)}" width="5" height="{_n(bottom - top)}"'
    return f'<rect class="median" {place} rx="1"/>'


def _key(key: Key, size: float) -> str:
    top, bottom = key.y - size * 0.85, key.y + size * 0.1
    marks = {
        "dot": f'<g class="dot">{_dot(key.x, (top + bottom) / 2)}</g>',
        "median": _median(key.x, top, bottom),
        "p99": _line(key.x, top, key.x, bottom, "p99"),
    }
    return marks[key.mark] + _words(key.words, "quiet", size=size)


def _words(words: Words, class_: str, *, size: float | None = None) -> str:
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    letters = "" if size is None else f' font-size="{_n(size)}"'
    place = f'x="{_n(words.x)}" y="{_n(words.y)}"{anchor}{letters}'
    return f'<text class="{class_}" {place}>{markup(words.text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return f'<line class="{class_}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _n(number: float) -> str:
    """A number in as few letters as show it."""
    text = f"{number:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text

"""A picture becomes one SVG element: accessible, without a style attribute, every word escaped."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.picture.letters import markup
from jobs.picture.parts import Bar, Flag, Fold, Key, Lane, Look, Mark, Outage, Picture, Sign, Words

PATTERNS: dict[Look, str] = {
    "failed": '<path d="M-1 7 7 -1M3 11 11 3"/>',
    "doubted": '<path d="M0 4H8"/>',
    "none": '<circle cx="2" cy="2" r="1"/><circle cx="6" cy="6" r="1"/>',
    "partly": '<path d="M3 -3 11 5"/>',
    "out": '<path d="M-1 1 7 9M3 -3 11 5"/>',
}
"""What a look is told apart by without its colour; tiles of 8 by 8."""

SIGNS: dict[Sign, str] = {
    "alarm": '<path d="M0 -6 6.5 5H-6.5Z"/><path class="pbp-in" d="M0 -2.5V1.5M0 3V3.6"/>',
    "person": '<path d="M-6 -5H6V3H0L-3 6V3H-6Z"/>',
    "end": '<path d="M-4 6V-6H5L2 -3 5 0H-4"/>',
    "done": '<path class="pbp-stroke" d="M0 -7V7"/>',
}


PATCH = 16.0
"""The height of a patch of paper below words."""


def svg(picture: Picture) -> str:
    """The text of the element."""
    return "".join(_pieces(picture))


def _pieces(p: Picture) -> Iterator[str]:
    name = f"pbp-{p.shape.name}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pbp {name}" role="img" '
        f'viewBox="0 0 {_n(p.shape.width)} {_n(p.height)}" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-told" '
        f'font-size="{_n(p.shape.size)}">'
        f'<title id="{name}-title">{markup(p.title)}</title>'
        f'<desc id="{name}-told">{markup(p.told)}</desc><defs>'
    )
    for look, tile in PATTERNS.items():
        yield (
            f'<pattern id="{name}-{look}" class="pbp-tile pbp-{look}" width="8" height="8" '
            f'patternUnits="userSpaceOnUse">{tile}</pattern>'
        )
    yield "</defs>"
    yield from _ground(p)
    yield from (_flag(flag, p) for flag in p.flags)
    for lane in p.lanes:
        yield from _lane(lane, name)
    yield from (_fold(fold, p) for fold in p.folds)
    for lane in p.lanes:
        yield from _said(lane)
    yield _words(p.begins, "pbp-small pbp-quiet")
    yield from (_key(key, name) for key in p.keys)
    yield "</svg>"


def _ground(p: Picture) -> Iterator[str]:
    """What lies behind: the lanes' borders, the axis, the outage."""
    for lane in p.lanes:
        yield _line(0, lane.y, p.shape.width, lane.y, "pbp-rule")
    yield _line(0, p.bottom, p.shape.width, p.bottom, "pbp-rule")
    for tick in p.ticks:
        yield _through(tick.x, p, "pbp-tick")
        yield _words(tick.words, "pbp-small pbp-quiet")
    if p.outage is not None:
        out = p.outage
        shades = "".join(
            _rect(x, lane.ground[0], width, lane.ground[1] - lane.ground[0], class_)
            for lane in p.lanes
            for x, width, class_ in _shades(out)
        )
        edges = "".join(_through(x, p, "pbp-edge") for x in _edges(out))
        yield f"<g><title>{markup(out.told)}</title>{shades}{edges}</g>"


def _edges(out: Outage) -> tuple[float, ...]:
    return (out.x, out.x + out.width) if out.over else (out.x,)


def _shades(out: Outage) -> Iterator[tuple[float, float, str]]:
    yield out.x, out.width - out.partly, "pbp-shade"
    if out.partly:
        yield out.x + out.width - out.partly, out.partly, "pbp-shade pbp-pale"


def _through(x: float, p: Picture, class_: str, *, top: float | None = None) -> str:
    """A line through every lane's ground, and above them from `top` on."""
    begins = "" if top is None else f"M{_n(x)} {_n(top)}V{_n(p.top)}"
    parts = (f"M{_n(x)} {_n(lane.ground[0])}V{_n(lane.ground[1])}" for lane in p.lanes)
    return f'<path class="{class_}" d="{begins}{"".join(parts)}"/>'


def _lane(lane: Lane, name: str) -> Iterator[str]:
    yield f"<g><title>{markup(lane.told)}</title>"
    yield from (_bar(bar, name) for bar in lane.bars)
    yield from (_mark(mark) for mark in lane.marks)
    yield "</g>"


def _said(lane: Lane) -> Iterator[str]:
    """All words of a lane, over everything that is drawn."""
    yield _words(lane.name, "pbp-name")
    yield _words(lane.note, "pbp-small pbp-quiet")
    yield _patched(lane.idle, "pbp-small pbp-quiet")
    for bar in lane.bars:
        if bar.filled:
            yield _words(bar.words, f"pbp-label pbp-on pbp-on-{bar.look}")
        else:
            yield _patched(bar.words, "pbp-label")
    yield from (_patched(mark.words, "pbp-label") for mark in lane.marks)


def _patched(words: Words | None, class_: str) -> str:
    """Words on a patch of paper, so that no line goes through them."""
    if words is None:
        return ""
    place = (words.left - 2, words.y - PATCH * 0.78, words.width + 4, PATCH)
    return f"{_rect(*place, 'pbp-patch')}{_words(words, class_)}"


def _bar(bar: Bar, name: str) -> str:
    place = (bar.x, bar.y, bar.width, bar.height)
    tile = ""
    if bar.look in PATTERNS:
        tile = _rect(*place, "pbp-over", fill=f"url(#{name}-{bar.look})")
    return (
        f"<g><title>{markup(bar.told)}</title>{_rect(*place, f'pbp-bar pbp-{bar.look}')}{tile}</g>"
    )


def _mark(mark: Mark) -> str:
    return (
        f'<g><title>{markup(mark.told)}</title><g class="pbp-mark pbp-{mark.sign}" '
        f'transform="translate({_n(mark.x)} {_n(mark.y)})">{SIGNS[mark.sign]}</g></g>'
    )


def _flag(flag: Flag, p: Picture) -> str:
    top = flag.words.y - p.shape.size * 0.8
    return (
        f"<g><title>{markup(flag.told)}</title>{_through(flag.x, p, 'pbp-flag', top=top)}"
        f"{_words(flag.words, 'pbp-label')}</g>"
    )


def _fold(fold: Fold, p: Picture) -> str:
    words = _words(fold.words, "pbp-small pbp-quiet")
    if fold.left == fold.right:
        return f"{_line(fold.left, p.top, fold.left, p.bottom + 4, 'pbp-scale')}{words}"
    middle, y = (fold.left + fold.right) / 2, p.bottom
    zigzag = f"M{_n(middle - 6)} {_n(y)}l3 -5 3 10 3 -10 3 5"
    over = _rect(fold.left, p.top, fold.right - fold.left, p.bottom - p.top, "pbp-fold")
    return f'{over}<path class="pbp-zigzag" d="{zigzag}"/>{words}'


def _key(key: Key, name: str) -> str:
    if key.look == "waiting":
        swatch = _rect(key.x, key.y - 5, 18, 2, "pbp-bar pbp-waiting")
    else:
        swatch = _rect(key.x, key.y - 10, 18, 12, f"pbp-bar pbp-{key.look}")
    if key.look in PATTERNS:
        swatch += _rect(key.x, key.y - 10, 18, 12, "pbp-over", fill=f"url(#{name}-{key.look})")
    return swatch + _words(key.words, "pbp-small pbp-quiet")


def _words(words: Words | None, class_: str) -> str:
    if words is None:
        return ""
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    place = f'x="{_n(words.x)}" y="{_n(words.y)}"{anchor}'
    return f'<text class="{class_}" {place}>{markup(words.text)}</text>'


def _rect(x: float, y: float, width: float, height: float, class_: str, *, fill: str = "") -> str:
    filled = f' fill="{fill}"' if fill else ""
    place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
    return f'<rect class="{class_}" {place}{filled}/>'


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    return f'<line class="{class_}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def _n(number: float) -> str:
    """A number in as few letters as show it."""
    return f"{number:.1f}".rstrip("0").rstrip(".")

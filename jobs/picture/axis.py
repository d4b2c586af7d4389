"""Time as a place on paper: seconds around the failover stay legible though the incident lasted for hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log10

from jobs.picture.parts import Shape

QUIET = 120.0
"""Seconds without anything that may be left out; shorter silence is drawn to scale, so that the wait
for a lost leader's lease looks as long as it is."""

FOCUS = 0.6
"""The part of the paper that the failover has at least, beside what came later."""

SMALL = 0.3
"""Where the failover is a smaller part of a stretch than this, what came later has a scale of its own."""

FOLDED = 30.0
"""Width of what is left out."""

LEAST = 0.05
"""Seconds that an axis shows at least."""

STEPS = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30),
    *(60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200),
    *(86_400, 172_800, 604_800, 2_592_000, 31_536_000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of time with an even scale; `quiet` where nothing happened and little is drawn."""

    begun: float
    ended: float
    left: float
    right: float
    quiet: bool = False

    def x(self, at: float) -> float:
        """The place of an instant within it."""
        part = (at - self.begun) / (self.ended - self.begun)
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Pieces without a gap between them, so that later is never further left."""

    pieces: tuple[Piece, ...]

    def x(self, at: float) -> float:
        """The place of an instant; of one outside, the nearest edge."""
        piece = next((p for p in self.pieces if at <= p.ended), self.pieces[-1])
        return piece.x(at)

    def steps(self, *, zero: float, spacing: float) -> Iterator[tuple[float, float]]:
        """Round instants, at least about `spacing` apart, with their seconds after `zero`."""
        for piece in self.pieces:
            if not piece.quiet:
                yield from _steps(piece, zero, spacing)


def axis_of(instants: Sequence[float], *, focus: tuple[float, float], shape: Shape) -> Axis:
    """Lay time out: long silence is left out, and the stretches in which `focus` lies get most of the
    paper."""
    begun, ended = min(instants), max(instants)
    ended = max(ended, begun + LEAST)
    kept = _kept([*instants, ended], most=shape.cuts)
    even = [part for stretch in kept for part in _parts(stretch, focus)]
    folds = sum(a[1] < b[0] for a, b in pairwise(even))
    room = shape.right - shape.left - folds * FOLDED
    widths = _widths(even, focus, room)
    return Axis(pieces=tuple(_pieces(even, widths, shape.left)))


Stretch = tuple[float, float]


def _kept(instants: Sequence[float], *, most: int) -> list[Stretch]:
    """Cut the longest silence as long as it is a good part of what is left."""
    stretches = [(min(instants), max(instants))]
    points = sorted(set(instants))
    for quiet, before, after in sorted(((b - a, a, b) for a, b in pairwise(points)), reverse=True)[
        :most
    ]:
        total = sum(b - a for a, b in stretches)
        if quiet > max(QUIET, total / 4):
            stretches = list(_without(stretches, before, after, total - quiet))
    return stretches


def _without(
    stretches: Sequence[Stretch], before: float, after: float, rest: float
) -> Iterator[Stretch]:
    """The stretches without the silence, of which a little is left at both ends."""
    margin = min((after - before) / 5, max(1.0, rest / 10))
    for begun, ended in stretches:
        if begun <= before and after <= ended:
            yield begun, before + margin
            yield after - margin, ended
        else:
            yield begun, ended


def _parts(stretch: Stretch, focus: Stretch) -> Iterator[Stretch]:
    """Split a stretch after the failover, where that would be too small a part of it."""
    begun, ended = stretch
    if focus[1] - focus[0] < LEAST:
        yield stretch
        return
    until = focus[1] + max((focus[1] - max(focus[0], begun)) * 0.15, 0.2)
    if begun < until < ended and (until - begun) < SMALL * (ended - begun) and focus[1] >= begun:
        yield begun, until
        yield until, ended
    else:
        yield stretch


def _widths(parts: Sequence[Stretch], focus: Stretch, room: float) -> list[float]:
    """Several stretches have several scales: the longer gets more, but not in proportion."""
    near = [begun <= focus[1] and focus[0] < ended for begun, ended in parts]
    if all(near) or not any(near):
        shares = [(b - a) ** 0.5 for a, b in parts] if len(parts) > 1 else [1.0]
        return [room * share / sum(shares) for share in shares]
    weights = [1 + log10(1 + b - a) for a, b in parts]
    whole = {k: sum(w for w, n in zip(weights, near, strict=True) if n == k) for k in (True, False)}
    part = {True: FOCUS, False: 1 - FOCUS}
    return [room * part[n] * w / whole[n] for w, n in zip(weights, near, strict=True)]


def _pieces(parts: Sequence[Stretch], widths: Sequence[float], x: float) -> Iterator[Piece]:
    last: float | None = None
    for (begun, ended), width in zip(parts, widths, strict=True):
        if last is not None and last < begun:
            yield Piece(begun=last, ended=begun, left=x, right=x + FOLDED, quiet=True)
            x += FOLDED
        yield Piece(begun=begun, ended=ended, left=x, right=x + width)
        x, last = x + width, ended


def _steps(piece: Piece, zero: float, spacing: float) -> Iterator[tuple[float, float]]:
    length = piece.ended - piece.begun
    most = max((piece.right - piece.left) / spacing, 1)
    step = next((s for s in STEPS if length / s <= most), STEPS[-1])
    first = -int(-(piece.begun - zero - 1e-9) // step)
    count = 0
    while count < most + 1 and zero + (first + count) * step <= piece.ended + 1e-9:
        seconds = (first + count) * step
        yield piece.x(zero + seconds), seconds
        count += 1

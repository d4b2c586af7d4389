"""A value as a place on paper: from zero where the series are alike, else logarithmic, so that none is a hair."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10

from deploy.lab.bench.result import Series

ALIKE = 10.0
"""How many times as great one median may be as another on an axis that begins at zero."""

NOTHING = 44.0
"""Width of the break between zero and where a logarithmic axis begins."""

APART = 12.0
"""Between two labels of the axis."""

ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """From `low` at `left` to `high` at `right`. A logarithmic one that must show zero, or less, has
    them all at `edge`, with a break before `left`; `least` is what stands there."""

    low: Decimal
    high: Decimal
    left: float
    right: float
    logarithmic: bool = False
    edge: float | None = None
    least: str = "0"

    def x(self, value: float) -> float:
        """The place of a value; of one outside, the nearest end."""
        if not self.logarithmic:
            return self._at((value - float(self.low)) / float(self.high - self.low))
        if value <= 0:
            return self.left if self.edge is None else self.edge
        return self._at((log10(value) - _log(self.low)) / (_log(self.high) - _log(self.low)))

    def _at(self, part: float) -> float:
        return self.left + min(max(part, 0.0), 1.0) * (self.right - self.left)


def scale_of(series: Sequence[Series], *, left: float, right: float) -> Scale:
    """An axis that has room for every value of every series."""
    values = [float(value) for one in series for value in one.values]
    if not _alike(series):
        return _logarithmic(values, left, right)
    low, high = min([0.0, *values]), max([0.0, *values])
    step = _step(high - low or 1.0)
    return Scale(
        low=step * floor(Decimal(repr(low)) / step),
        high=step * ceil(Decimal(repr(high or low + 1)) / step),
        left=left,
        right=right,
    )


def _alike(series: Sequence[Series]) -> bool:
    medians = [one.median for one in series if one.values and one.median > 0]
    return not medians or max(medians) <= ALIKE * min(medians)


def _logarithmic(values: Sequence[float], left: float, right: float) -> Scale:
    above = [value for value in values if value > 0]
    some = len(above) < len(values)
    return Scale(
        low=_below(min(above)),
        high=_above(max(above)),
        left=left + NOTHING if some else left,
        right=right,
        logarithmic=True,
        edge=left if some else None,
        least="0" if min(values) >= 0 else "≤ 0",
    )


def ticks(scale: Scale, width: Callable[[str], float]) -> tuple[tuple[float, str], ...]:
    """Round values with their places, as many as their labels leave room for; `width` is a label's."""
    chosen: list[tuple[float, str]] = []
    for values in _choices(scale):
        chosen = [(scale.x(float(value)), plain(value)) for value in values]
        if len(chosen) > 1 and _free(chosen, width):
            break
    zero = [(scale.edge, scale.least)] if scale.edge is not None else []
    return (*zero, *chosen)


def _free(chosen: Sequence[tuple[float, str]], width: Callable[[str], float]) -> bool:
    return all(
        b - a >= (width(first) + width(second)) / 2 + APART
        for (a, first), (b, second) in pairwise(chosen)
    )


def plain(value: Decimal) -> str:
    """A figure in full, never as a power of ten."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _choices(scale: Scale) -> Iterator[list[Decimal]]:
    """Ever fewer round values."""
    if scale.logarithmic:
        yield list(_rounds(scale, ROUND, every=1))
        yield from (list(_rounds(scale, (1,), every=every)) for every in range(1, 40))
        yield [scale.low, scale.high]
        return
    step = _step(float(scale.high - scale.low))
    for factor in (1, 2, 5, 10, 20):
        yield _even(scale, step * factor)


def _rounds(scale: Scale, mantissas: Sequence[int], *, every: int) -> Iterator[Decimal]:
    first, last = floor(_log(scale.low)), ceil(_log(scale.high))
    for exponent in range(first, last + 1, every):
        for mantissa in mantissas:
            value = Decimal(mantissa).scaleb(exponent)
            if scale.low <= value <= scale.high:
                yield value


def _even(scale: Scale, step: Decimal) -> list[Decimal]:
    first, last = ceil(scale.low / step), floor(scale.high / step)
    return [step * number for number in range(first, last + 1)]


def _step(length: float) -> Decimal:
    """A round number of which four to ten go into a length."""
    return _above(length / 10)


def _below(value: float) -> Decimal:
    """The greatest of 1, 2, 5, 10 … that is not above a value."""
    return max(one for one in _around(value) if one <= Decimal(repr(value)))


def _above(value: float) -> Decimal:
    """The smallest of them that is not below it."""
    return min(one for one in _around(value) if one >= Decimal(repr(value)))


def _around(value: float) -> list[Decimal]:
    exponent = floor(log10(value))
    return [Decimal(m).scaleb(exponent + e) for e in (-1, 0, 1) for m in ROUND]


def _log(value: Decimal) -> float:
    return log10(float(value))

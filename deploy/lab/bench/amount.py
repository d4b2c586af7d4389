"""A figure with its unit, as people read it: the same in the terminal, the tables and the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import floor, isfinite, log10

from deploy.lab.bench.result import Series

SHORT = {"1/s": "per second", "": ""}
LONG = {
    "s": "seconds",
    "ms": "milliseconds",
    "MB": "megabytes",
    "%": "per cent",
    "1/s": "per second",
}


def amount(value: float, unit: str) -> str:
    """0.412 s, 2577 per second."""
    return f"{figure(value)} {SHORT.get(unit, unit)}".rstrip()


def fitting(series: Sequence[Series], unit: str) -> tuple[tuple[Series, ...], str]:
    """Series of seconds in milliseconds where each median is below a second; all others as they are."""
    if unit != "s" or not all(abs(one.median) < 1 for one in series if one.values):
        return tuple(series), unit
    return tuple(_in_milliseconds(one) for one in series), "ms"


def _in_milliseconds(one: Series) -> Series:
    return replace(one, values=tuple(value * 1000 for value in one.values), unit="ms")


def unit_in_words(unit: str) -> str:
    """For an axis, which has room for it."""
    return LONG.get(unit, unit)


def figure(value: float) -> str:
    """Three digits that count, never as a power of ten."""
    if value == 0 or not isfinite(value):
        return f"{value:.0f}"
    behind = max(0, 2 - floor(log10(abs(value))))
    text = f"{value:.{behind}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

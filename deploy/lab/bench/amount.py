"""A figure with its unit, as people read it: the same in the terminal, the tables and the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, isfinite, log10

LONG = {"s": "seconds", "ms": "milliseconds", "MB": "megabytes", "%": "per cent"}
PER = {"1/s": "second", "/s": "second", "/min": "minute"}
"""Units of how often something happens."""


def amount(value: float, unit: str) -> str:
    """For a table: 0.412 s, 2577/s."""
    joined = f"/{unit.partition('/')[2]}" if unit in PER else f" {unit}"
    return f"{figure(value)}{joined}".rstrip()


def spoken(value: float, unit: str) -> str:
    """For a picture, which has more room: 0.412 s, 2577 per second."""
    return f"{figure(value)} per {PER[unit]}" if unit in PER else amount(value, unit)


def unit_in_words(unit: str) -> str:
    """For an axis, which has room for it."""
    return f"per {PER[unit]}" if unit in PER else LONG.get(unit, unit)


def fitting(values: Iterable[float], unit: str) -> tuple[float, str]:
    """By what to multiply, and the unit then: values beside each other are seconds, or milliseconds
    where each is below a second. Other units stay."""
    below = unit == "s" and all(abs(value) < 1 for value in values)
    return (1000.0, "ms") if below else (1.0, unit)


def figure(value: float) -> str:
    """Three digits that count, never as a power of ten."""
    if value == 0 or not isfinite(value):
        return f"{value:.0f}"
    behind = max(0, 2 - floor(log10(abs(value))))
    text = f"{value:.{behind}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text

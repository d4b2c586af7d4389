"""Instants as operators type them: `30m`, `1h30m`, `2026-11-23T04:00`, read in one place."""

from __future__ import annotations

import re
from datetime import datetime

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
MEANT = (
    "write 30m, 2h, 1d12h, or a time such as 2026-11-23T04:00 (local, unless it says +00:00 or Z)"
)


def seconds_of(text: str) -> int | None:
    """The length of a span such as 1h30m; None where the text is no span."""
    match = _SPAN.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        return None
    return sum(int(n or 0) * unit for n, unit in zip(match.groups(), _UNITS.values(), strict=True))


def later(text: str, *, now: float) -> float:
    """The instant a span from now, or the one named; ValueError says what to write."""
    span = seconds_of(text)
    return now + span if span is not None else _instant(text)


def earlier(text: str, *, now: float) -> float:
    """The instant a span ago, or the one named; ValueError says what to write."""
    span = seconds_of(text)
    return now - span if span is not None else _instant(text)


def _instant(text: str) -> float:
    try:
        return datetime.fromisoformat(text.strip()).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no time; {MEANT}") from None

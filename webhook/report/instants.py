"""Instants and lengths as a post-mortem writes them: UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime

from jobs.picture.letters import span_of

LONG = 600.0
"""Seconds from which on milliseconds say nothing any more."""


def day_of(at: float) -> str:
    """2026-11-25."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d")


def clock_of(at: float) -> str:
    """19:00:01.400; the column's head, or the sentence, says that it is UTC."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%H:%M:%S.%f")[:-3]


def moment_of(at: float) -> str:
    """2026-11-25 19:00:01 UTC."""
    return datetime.fromtimestamp(at, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def exact(seconds: float) -> str:
    """Seconds to the millisecond: 21.000 s; long ones also as people say them: 25200 s (7 h 00 min)."""
    if abs(seconds) < LONG:
        return f"{seconds:.3f} s"
    return f"{seconds:.0f} s ({span_of(seconds)})"

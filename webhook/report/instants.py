"""Instants and lengths as a post-mortem writes them: UTC, to the millisecond."""

from __future__ import annotations

from datetime import UTC, datetime


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
    """Seconds to the millisecond: 21.000 s."""
    return f"{seconds:.3f} s"

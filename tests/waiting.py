"""Waiting for what comes by itself: without this file each test would know anew how long a busy machine may take."""

import time
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds for whatever is promised no sooner: they only end what hangs."""


def until(
    true: Callable[[], object],
    what: str | Callable[[], object] = "what was waited for",
    *,
    seconds: float = PATIENCE,
    step: float = 0.02,
) -> None:
    """Wait until something is true; fail after so many seconds, and say what was waited for."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, (
            f"not within {seconds} s: {what() if callable(what) else what}"
        )
        time.sleep(step)

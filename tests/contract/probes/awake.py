"""Seconds in which this process could run: a machine that stands still for a moment is no probe that waits too long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TICK = 0.02
MOST = 0.1
"""Seconds that a pause of whatever length counts for, since all of our threads rest together."""


@contextmanager
def awake() -> Iterator[Callable[[], float]]:
    """Give a function that tells how long it has been."""
    over, counted = threading.Event(), [0.0]

    def count() -> None:
        last = time.monotonic()
        while not over.wait(TICK):
            now = time.monotonic()
            counted[0] += min(now - last, MOST)
            last = now

    counting = threading.Thread(target=count, daemon=True)
    counting.start()
    try:
        yield lambda: counted[0]
    finally:
        over.set()
        counting.join()

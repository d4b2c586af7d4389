"""Without this file, work that outlives its deadline would be looked for among what other tests left."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "within a deadline"
"""As workers.deadline names its threads."""


@contextmanager
def none_left(*, seconds: float = 15) -> Iterator[None]:
    """What the block begins within a deadline has ended so long after it, however busy the machine."""
    before = set(threading.enumerate())
    yield
    until = time.monotonic() + seconds
    while any(one.name == NAME for one in threading.enumerate() if one not in before):
        assert time.monotonic() < until, "a thread still reads what nobody waits for"
        time.sleep(0.01)

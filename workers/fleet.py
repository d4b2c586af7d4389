"""Many hosts at once by threads; the slowest one delays nobody's report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


class ThreadFleet:
    """`jobs.ports.Fleet`: one thread an item, at most `width` at once."""

    def __init__(self, *, width: int = 25) -> None:
        self._width = width

    def each(self, items: Sequence[In], work: Callable[[In], Out]) -> Iterator[tuple[In, Out]]:
        if not items:
            return
        with ThreadPoolExecutor(max_workers=min(self._width, len(items))) as pool:
            started = {pool.submit(work, item): item for item in items}
            for done in as_completed(started):
                yield started[done], done.result()

"""One thread for all deadlines: a timer of its own for each command would cost a thread for each."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import structlog

log = structlog.get_logger(__name__)


class AlarmClock:
    """Calls back at instants of the monotonic clock, from a daemon thread that it starts when first
    asked. What is called must not block: every other alarm would be late."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []
        self._calls: dict[int, Callable[[], None]] = {}
        self._numbers = count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextmanager
    def at(self, when: float, call: Callable[[], None]) -> Iterator[None]:
        """Call at `when`, unless the block was left before."""
        number = self._set(when, call)
        try:
            yield
        finally:
            with self._changed:
                self._calls.pop(number, None)

    def _set(self, when: float, call: Callable[[], None]) -> int:
        with self._changed:
            number = next(self._numbers)
            self._calls[number] = call
            heapq.heappush(self._heap, (when, number))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True, name="alarms")
                self._thread.start()
            elif self._heap[0] == (when, number):
                self._changed.notify()
            return number

    def _run(self) -> None:
        while True:
            call = self._due()
            if call is not None:
                _ring(call)

    def _due(self) -> Callable[[], None] | None:
        """The next that is due, once one is; None where its block was left. One at a time: what rings
        before it may take long enough for that."""
        with self._changed:
            while not self._heap or self._heap[0][0] > time.monotonic():
                left = self._heap[0][0] - time.monotonic() if self._heap else None
                self._changed.wait(left)
            _, number = heapq.heappop(self._heap)
            return self._calls.pop(number, None)


def _ring(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:  # one alarm's mistake must not silence all others
        log.exception("alarm.failed")


ALARMS = AlarmClock()
"""The process' own: alarms of all connections share its one thread."""

"""One question for all who ask at the same time: twenty-five hosts of a job would else ask etcd twenty-five times."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Shared(Generic[Answer]):
    """Answers every asker with a look that began after it asked: never with an older one.

    Whoever asks while a look is under way waits for the next, which one of them does for all.
    `nobody` is what those hear for whom others' looks took all of the time.
    """

    def __init__(self, *, nobody: Answer) -> None:
        self._nobody = nobody
        self._changed = threading.Condition()
        self._begun = self._done = 0
        self._running = False
        self._answer = nobody

    def ask(self, look: Callable[[], Answer], *, timeout: float) -> Answer:
        """The answer. A look that raises is the caller's own, and the next who waits does another."""
        with self._changed:
            mine, deadline = self._begun + 1, time.monotonic() + timeout
            while self._running and self._done < mine:
                if not self._changed.wait(max(deadline - time.monotonic(), 0)):
                    return self._nobody
            if self._done >= mine:
                return self._answer
            self._running = True
            self._begun += 1
        return self._look(look, number=mine)

    def _look(self, look: Callable[[], Answer], *, number: int) -> Answer:
        try:
            answer = look()
        except BaseException:
            self._end()
            raise
        with self._changed:
            self._done, self._answer = number, answer
        self._end()
        return answer

    def _end(self) -> None:
        with self._changed:
            self._running = False
            self._changed.notify_all()

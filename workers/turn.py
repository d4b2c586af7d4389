"""When a worker may change its equipment: under a job's hands its connections must not be closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Turn:
    """Whether a job runs. What must not happen under its hands waits until it has ended.

    All of it in the main thread: a signal's handler never finds it half done.
    """

    def __init__(self) -> None:
        self._busy = False
        self._waiting: Callable[[], None] | None = None

    @contextmanager
    def busy(self) -> Iterator[None]:
        """A job runs inside."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
            waiting, self._waiting = self._waiting, None
            if waiting is not None:
                waiting()

    @property
    def taken(self) -> bool:
        """Whether a job runs."""
        return self._busy

    def when_idle(self, call: Callable[[], None]) -> None:
        """At once, or after the job that runs; of several that wait, the last one."""
        if self._busy:
            self._waiting = call
        else:
            call()

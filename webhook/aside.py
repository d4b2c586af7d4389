"""Work that no answer waits for: one thread and a short queue, so that a dead Redis costs nothing."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

_log = structlog.get_logger("pgbaton.webhook")


@dataclass(slots=True)
class OneThread:
    """Runs what it is given, in order, on a thread that starts with the first piece (and so in the
    process that serves, not in the one that forked it)."""

    limit: int = 64
    _waiting: queue.SimpleQueue[Callable[[], None]] = field(default_factory=queue.SimpleQueue)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _thread: threading.Thread | None = None

    def __call__(self, work: Callable[[], None]) -> bool:
        """Queue one piece of work; False, and the work dropped, where `limit` pieces wait."""
        if self._waiting.qsize() >= self.limit:
            return False
        self._waiting.put(work)
        self._start()
        return True

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="aside", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            work = self._waiting.get()
            try:
                work()
            except Exception:  # noqa: BLE001 - the thread outlives any one piece of work
                _log.exception("aside.failed")

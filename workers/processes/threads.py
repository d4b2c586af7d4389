"""Threads that a process cannot do without: one that died would leave it deaf or dumb, and running."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

log = structlog.get_logger(__name__)


def started(work: Callable[[], None]) -> threading.Thread:
    """A thread that ends with its process."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def demand_alive(threads: Sequence[threading.Thread]) -> None:
    """Ends a process that lost a thread, so that its supervisor starts it anew."""
    if not all(thread.is_alive() for thread in threads):
        log.error("process.deaf", remedy="see the traceback above; the process is started anew")
        raise SystemExit(1)

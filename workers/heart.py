"""Signs of life while a job works on hosts: when they stop, the clock gives the hosts to another."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import structlog

from jobs.ports import LedgerUnavailable

log = structlog.get_logger(__name__)


class Beats(Protocol):
    """The one thing of the ledger that a heart needs."""

    def beat(self, cluster: str, job: str, hosts: Sequence[str]) -> None:
        """A sign of life."""


class ThreadHeart:
    """`jobs.ports.Heart`: a daemon thread that beats every `every` seconds, and dies with the job."""

    def __init__(self, ledger: Beats, *, every: float) -> None:
        self._ledger = ledger
        self._every = every

    @contextmanager
    def beating(self, cluster: str, job: str, hosts: Sequence[str]) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=self._beat, args=(stop, cluster, job, hosts), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=self._every)

    def _beat(self, stop: threading.Event, cluster: str, job: str, hosts: Sequence[str]) -> None:
        while not stop.wait(self._every):
            try:
                self._ledger.beat(cluster, job, hosts)
            except LedgerUnavailable as error:
                log.warning("job.silent", cluster=cluster, job=job, reason=str(error))

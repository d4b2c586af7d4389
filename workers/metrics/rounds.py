"""How a process' rounds went, as metrics: what a dead-man's switch and Prometheus look at."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge


class Rounds:
    """One process' rounds and heartbeats. The instant is the wall clock's, as Prometheus compares it."""

    def __init__(
        self, process: str, registry: CollectorRegistry, *, now: Callable[[], float] = time.time
    ) -> None:
        self._process, self._now = process, now
        self._at = Gauge(
            "pgbaton_round_timestamp_seconds",
            "When the process last ended a round that succeeded",
            ("process",),
            registry=registry,
        )
        self._rounds = Counter(
            "pgbaton_rounds", "Rounds by how they ended", ("process", "result"), registry=registry
        )
        self._beats = Counter(
            "pgbaton_heartbeats",
            "Calls of the dead-man's switch: sent, failed",
            ("process", "result"),
            registry=registry,
        )
        self._failing = Gauge(
            "pgbaton_heartbeat_failing",
            "1 while the dead-man's switch cannot be called",
            ("process",),
            registry=registry,
        )
        self._at.labels(process).set(0)
        for result in ("sent", "failed"):
            self._beats.labels(process, result)

    def ended(self, result: str, *, good: bool) -> None:
        """A round ended so."""
        self._rounds.labels(self._process, result).inc()
        if good:
            self._at.labels(self._process).set(self._now())

    def beat(self, *, sent: bool) -> None:
        """The switch was called, or could not be."""
        self._beats.labels(self._process, "sent" if sent else "failed").inc()
        self._failing.labels(self._process).set(0 if sent else 1)

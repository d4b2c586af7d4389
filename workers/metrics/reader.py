"""The trail's reader for machines: every entry counted once, and how things stand now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import structlog
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

from jobs.audit import Entry
from jobs.inventory import Inventory
from jobs.names import INTAKE
from jobs.ports import Ledger, LedgerUnavailable
from jobs.story import fact_of
from workers.metrics.incidents import IncidentMetrics
from workers.metrics.queue import QueueEye, QueueMetrics
from workers.metrics.rounds import Rounds
from workers.metrics.routes import RouteMetrics
from workers.metrics.standing import Standing
from workers.metrics.trail import TrailMetrics

log = structlog.get_logger(__name__)

MOST = 5000
"""Entries taken in at one look, so that a long trail holds up nobody who shares the thread."""

EVERY = 5.0
"""Seconds between two looks at how things stand."""


class Told(Collector):
    """What a trail adds up to, shown once the whole of it was read: a scrape in between would see a
    counter fall and grow again, and Prometheus would count everything twice."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.whole = False

    def collect(self) -> Iterable[Metric]:
        """Nothing until then."""
        return self.registry.collect() if self.whole else ()


class Metrics:
    """Everything that a chronicle shows, registered once."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.told = Told()
        registry.register(self.told)
        self.trail = TrailMetrics(self.told.registry)
        self.incidents = IncidentMetrics(self.told.registry)
        self.standing = Standing(registry)
        self.queue = QueueMetrics(registry)
        self.routes = RouteMetrics(registry)

    def take(self, cluster: str, entry: Entry) -> None:
        """Count one entry; one that cannot be read is passed over: the chain's check names it."""
        try:
            fact = fact_of(entry)
            self.trail.take(cluster, fact)
            self.incidents.take(cluster, entry, fact)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.warning("metrics.unread", cluster=cluster, entry=entry.seq)


@dataclass(slots=True, kw_only=True)
class Reader:
    """Follows every trail from its beginning, as far as it is kept; `read` is one pass.

    `tick` is `read` for a process that
    goes on. What an earlier process counted is counted again, from the same entries, to the same numbers; where
    older entries were trimmed meanwhile, they are lower, which Prometheus takes for a counter's reset:
    alert rules pass over windows with one.
    """

    ledger: Ledger
    inventory: Inventory
    metrics: Metrics
    queue: QueueEye = lambda: None
    rounds: Rounds | None = None
    most: int = MOST
    monotonic: Callable[[], float] = time.monotonic
    _read: dict[str, int] = field(default_factory=dict)
    _looked: float | None = None
    _blind: str = ""

    def tick(self) -> None:
        """One pass as a round of the process; an unreachable Redis is said when that changes, and
        waited out."""
        try:
            self.read()
            blind = ""
        except LedgerUnavailable as error:
            blind = str(error)
            if blind != self._blind:
                log.warning("metrics.blind", reason=blind)
        self._blind = blind
        if self.rounds is not None:
            self.rounds.ended("blind" if blind else "read", good=not blind)

    def read(self) -> int:
        """Take in what is new; returns how many entries. Raises LedgerUnavailable."""
        trails = (*self.inventory.clusters, INTAKE)
        heads = self.ledger.heads(trails)
        taken = sum(self._follow(trail, heads[trail].seq) for trail in trails)
        if all(self._read[trail] >= heads[trail].seq for trail in trails):
            self.metrics.told.whole = True
        now = self.monotonic()
        if self._looked is None or now - self._looked >= EVERY:
            self._look()
            self._looked = now
        return taken

    def _follow(self, trail: str, head: int) -> int:
        if trail not in self._read and trail != INTAKE:
            self.metrics.trail.know(trail)
        # A trail that is shorter than what was read lost entries with a Redis failover.
        self._read[trail] = after = min(self._read.get(trail, 0), head)
        return 0 if after == head else self._take(trail, self.ledger.entries(trail, after=after))

    def _take(self, trail: str, entries: Iterable[Entry]) -> int:
        taken = 0
        for entry in islice(entries, self.most):
            self.metrics.take(trail, entry)
            self._read[trail], taken = entry.seq, taken + 1
        return taken

    def _look(self) -> None:
        for cluster in self.inventory.clusters:
            state = self.ledger.state(cluster)
            self.metrics.standing.show(self.inventory, state, self.ledger)
            self.metrics.incidents.settle(cluster, now=state.now)
        self.metrics.routes.show(self.ledger)
        seen = self.queue()
        if seen is not None:
            self.metrics.queue.show(seen)

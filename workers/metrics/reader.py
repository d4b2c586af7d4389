"""The trail's reader for machines: every entry counted once, and how things stand now."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import structlog
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.registry import Collector

from jobs.audit import NOT_OURS, Entry, Head
from jobs.following import Follower
from jobs.inventory import Inventory
from jobs.names import INTAKE
from jobs.ports import Ledger
from jobs.remembered import proof_name
from jobs.story import fact_of
from workers.metrics.incidents import IncidentMetrics
from workers.metrics.queue import QueueEye, QueueMetrics
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
        except NOT_OURS:
            log.warning("metrics.unread", cluster=cluster, entry=entry.seq)


@dataclass(slots=True, kw_only=True)
class Reader:
    """Follows every trail from its beginning, as far as it is kept; `read` is one pass.

    What an earlier process counted is counted again, from the same entries, to the same numbers; where
    older entries were trimmed meanwhile, they are lower, which Prometheus takes for a counter's reset:
    alert rules pass over windows with one.
    """

    ledger: Ledger
    inventory: Inventory
    metrics: Metrics
    queue: QueueEye = lambda: None
    most: int = MOST
    monotonic: Callable[[], float] = time.monotonic
    _trails: dict[str, Follower] = field(default_factory=dict)
    _looked: float | None = None

    def read(self) -> int:
        """Take in what is new; returns how many entries. Raises LedgerUnavailable."""
        heads = self.ledger.heads((*self.inventory.clusters, INTAKE))
        taken = [self._follow(trail, head) for trail, head in heads.items()]
        if all(count < self.most for count in taken):
            self.metrics.told.whole = True
        now = self.monotonic()
        if self._looked is None or now - self._looked >= EVERY:
            self._look()
            self._looked = now
        return sum(taken)

    def _follow(self, trail: str, head: Head) -> int:
        """Take in what is new of one trail; also over a failover that cost it its end."""
        if trail not in self._trails:
            if trail != INTAKE:
                self.metrics.trail.know(trail)
            self._trails[trail] = Follower(trail=self.ledger, cluster=trail)
        taken = 0
        for entry in islice(self._trails[trail].fresh(head), self.most):
            self.metrics.take(trail, entry)
            taken += 1
        return taken

    def _look(self) -> None:
        clusters = tuple(self.inventory.clusters)
        self.metrics.standing.keep(clusters)
        proofs = self.ledger.recalls([proof_name(cluster) for cluster in clusters])
        for cluster, state in self.ledger.states(clusters).items():
            proof = proofs.get(proof_name(cluster))
            self.metrics.standing.show(self.inventory, state, proof=proof)
            self.metrics.incidents.settle(cluster, now=state.now)
        self.metrics.routes.show(self.ledger)
        seen = self.queue()
        if seen is not None:
            self.metrics.queue.show(seen)

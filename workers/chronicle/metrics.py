"""The trail's reader for machines: incidents, verdicts and hosts as Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from jobs.audit import Entry, Kind
from jobs.ports import Trail

SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800)


class Metrics:
    """What the trail says, as metrics. Counters begin with the trail, not with this process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.entries = Counter(
            "pgbaton_trail_entries", "Entries by kind", ("cluster", "kind"), registry=registry
        )
        self.verdicts = Counter(
            "pgbaton_verdicts", "Verdicts recorded", ("cluster", "verdict"), registry=registry
        )
        self.hosts = Counter(
            "pgbaton_host_outcomes", "Host outcomes", ("cluster", "outcome"), registry=registry
        )
        self.open = Gauge(
            "pgbaton_incidents_open", "Open incidents", ("cluster",), registry=registry
        )
        self.incident = Histogram(
            "pgbaton_incident_seconds",
            "Opened to concluded",
            ("cluster",),
            buckets=SECONDS,
            registry=registry,
        )
        self.host = Histogram(
            "pgbaton_host_seconds",
            "One host's swap",
            ("cluster",),
            buckets=SECONDS,
            registry=registry,
        )
        self.head = Gauge(
            "pgbaton_trail_head", "Number of the newest entry", ("cluster",), registry=registry
        )

    def count(self, cluster: str, entry: Entry) -> None:
        """Take one entry in."""
        facts, evidence = entry.facts, entry.facts["evidence"]
        self.entries.labels(cluster, facts["kind"]).inc()
        self.head.labels(cluster).set(entry.seq)
        match Kind(facts["kind"]):
            case Kind.OPENED:
                self.open.labels(cluster).set(1)
            case Kind.CONCLUDED:
                self.open.labels(cluster).set(0)
                self.incident.labels(cluster).observe(facts["seconds"] or 0)
            case Kind.VERDICT:
                self.verdicts.labels(cluster, evidence["verdict"]).inc()
            case Kind.HOST:
                self.hosts.labels(cluster, evidence["outcome"]).inc()
                self.host.labels(cluster).observe(facts["seconds"] or 0)
            case _:
                pass


@dataclass(slots=True, kw_only=True)
class Chronicle:
    """Follows every cluster's trail from its beginning; `read` is one pass."""

    trail: Trail
    clusters: Iterable[str]
    metrics: Metrics
    _read: dict[str, int] = field(default_factory=dict)

    def read(self) -> int:
        """Take in what is new; returns how many entries. Raises LedgerUnavailable."""
        taken = 0
        for cluster in self.clusters:
            for entry in self.trail.entries(cluster, after=self._read.get(cluster, 0)):
                self.metrics.count(cluster, entry)
                self._read[cluster] = entry.seq
                taken += 1
        return taken

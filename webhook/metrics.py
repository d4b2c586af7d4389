"""The intake's own numbers; one process per registry, which is how the Procfile runs it."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What /metrics shows. `sender` is empty where a signature did not prove it."""

    events: Counter
    refusals: Counter
    hear: Histogram


def make_metrics(registry: CollectorRegistry, *, version: str, inventory: str) -> Metrics:
    """Register the intake's metrics, once per registry."""
    build = Gauge(
        "pgbaton_build_info",
        "Version and inventory digest.",
        ["version", "inventory"],
        registry=registry,
    )
    build.labels(version=version, inventory=inventory).set(1)
    return Metrics(
        events=Counter(
            "pgbaton_events",
            "Events believed, by what became of them: accepted, repeated, unrecorded.",
            ["sender", "type", "result"],
            registry=registry,
        ),
        refusals=Counter(
            "pgbaton_refusals",
            "Requests refused, by reason and verified sender.",
            ["reason", "sender"],
            registry=registry,
        ),
        hear=Histogram(
            "pgbaton_hear_seconds",
            "Seconds to record an event and enqueue its job.",
            buckets=_BUCKETS,
            registry=registry,
        ),
    )

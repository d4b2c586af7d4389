"""Whether the story reaches anybody: Slack, the alert route, the anchors outside Redis."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from jobs.ports import Memory

REMEMBERED = {"slack": "slack:trouble", "alerts": "alerts:trouble"}
"""Under which name the ledger's memory holds a route's trouble; an empty text is none."""


class RouteMetrics:
    """One gauge for all ways out, and the alerts that went."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.failing = Gauge(
            "pgbaton_route_failing",
            "1 while nothing gets out by this route: slack, alerts, anchors",
            ("route",),
            registry=registry,
        )
        self.alerts = Counter(
            "pgbaton_alerts",
            "Alerts by what became of them: delivered, refused, retried",
            ("result",),
            registry=registry,
        )
        self._counted: dict[str, int] = {}
        for route in (*REMEMBERED, "anchors"):
            self.failing.labels(route).set(0)

    def show(self, memory: Memory) -> None:
        """What is remembered of Slack and alerts, whichever process noted it. Raises LedgerUnavailable."""
        for route, name in REMEMBERED.items():
            self.failing.labels(route).set(int(bool(memory.recall(name))))

    def anchors(self, failing: Mapping[str, str]) -> None:
        """Why anchors cannot be placed, by cluster."""
        self.failing.labels("anchors").set(int(bool(failing)))

    def told(self, counts: Mapping[str, int]) -> None:
        """The alerter's own counts, as they stand."""
        for result, count in counts.items():
            self.alerts.labels(result).inc(count - self._counted.get(result, 0))
        self._counted = dict(counts)

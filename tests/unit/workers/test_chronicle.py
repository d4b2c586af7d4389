"""Metrics are a projection of the trail: read twice, counted once."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from tests.world import make_world
from workers.chronicle import Chronicle, Metrics


def test_failover_shows_in_the_metrics_once() -> None:
    """Two incidents, four hosts, nothing open; a second read adds nothing."""
    world = make_world()
    world.settle()
    world.fail_over("pg2")
    world.settle()
    registry = CollectorRegistry()
    chronicle = Chronicle(trail=world.ledger, clusters=("shop",), metrics=Metrics(registry))
    assert chronicle.read() == len(world.kinds())
    assert chronicle.read() == 0

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(name, {"cluster": "shop", **labels})

    assert value("pgbaton_incident_seconds_count") == 2
    assert value("pgbaton_incidents_open") == 0
    assert value("pgbaton_host_outcomes_total", outcome="changed") == 2
    assert value("pgbaton_host_outcomes_total", outcome="unchanged") == 2

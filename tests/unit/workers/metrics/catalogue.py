"""Every metric that a process of ours shows, taken from the registries themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry

from webhook.metrics import make_metrics
from workers.metrics import Metrics, Rounds, show_build

SUFFIX = {"counter": "_total", "info": "_info"}


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One metric, as it is scraped."""

    name: str
    kind: str
    labels: tuple[str, ...]
    text: str
    shown_by: str


def catalogue() -> list[Row]:
    """All of them, sorted by name; one that several processes show stands there once."""
    chronicle, web, rounds = CollectorRegistry(), CollectorRegistry(), CollectorRegistry()
    metrics = Metrics(chronicle)
    show_build(rounds, inventory="x")
    Rounds("clock", rounds)
    make_metrics(web, version="1", inventory="x")
    rows = [
        *_rows(chronicle, "chronicle"),
        *_rows(metrics.told.registry, "chronicle"),
        *_rows(rounds, "clock, watch, chronicle"),
        *(row for row in _rows(web, "web") if row.name != "pgbaton_build_info"),
    ]
    return sorted(rows)


def _rows(registry: CollectorRegistry, shown_by: str) -> list[Row]:
    known: list[Any] = [c for c in registry._collector_to_names if hasattr(c, "_documentation")]
    return [
        Row(
            name=one._name + SUFFIX.get(one._type, ""),
            kind=one._type,
            labels=tuple(one._labelnames),
            text=one._documentation.rstrip("."),
            shown_by=shown_by,
        )
        for one in known
    ]


def table() -> list[str]:
    """The lines that docs/metrics.md must hold."""
    return [
        f"| `{r.name}` | {r.kind} | {', '.join(r.labels)} | {r.text} | {r.shown_by} |"
        for r in catalogue()
    ]

from __future__ import annotations

import re

from tests.parts import ROOT
from tests.unit.workers.metrics.catalogue import catalogue, table


def test_the_page_lists_every_metric_as_it_is() -> None:
    """docs/metrics.md cannot lie: a metric that is renamed, added or taken away fails here."""
    lines = (ROOT / "docs" / "metrics.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("| `pgbaton_")] == table()


def test_names_are_as_prometheus_wants_them() -> None:
    """Small letters; seconds where it is time; _total and _info where they belong; few labels."""
    for row in catalogue():
        assert re.fullmatch(r"pgbaton(_[a-z]+)+", row.name), row
        assert row.name.endswith("_total") == (row.kind == "counter"), row
        assert "_ms" not in row.name
        assert row.kind != "histogram" or row.name.endswith("_seconds"), row
        assert len(row.labels) <= 3, row
        assert row.text, row


def test_no_label_grows_with_time() -> None:
    """Hosts are named only while they fail, and nobody's incident or job is a label."""
    labels = {label for row in catalogue() for label in row.labels}
    assert labels == {
        *("cluster", "kind", "cause", "outcome", "stage", "verdict", "alarm", "reason", "result"),
        *("state", "route", "process", "target", "sender", "type"),
    }
    assert [row.name for row in catalogue() if "target" in row.labels] == ["pgbaton_target_failing"]

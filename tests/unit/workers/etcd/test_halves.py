"""A cluster whose keys are denied hides no other one, and costs a few questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jobs.ports import ScopeRef
from workers.etcd import EtcdDcs
from workers.etcd.refusal import denied
from workers.etcd.wire import Answer, Json, text

SCOPES = [ScopeRef(cluster=f"c{n:03}", namespace="service", scope=f"s{n:03}") for n in range(128)]


class Guard:
    """As a Gateway, to an etcd that has no keys and denies those of one scope."""

    def __init__(self, scope: str) -> None:
        self._denied = text(f"/service/{scope}/leader".encode())
        self.asked: list[int] = []

    def read(self, ranges: Sequence[Json], *, timeout: float) -> Answer:
        self.asked.append(len(ranges))
        if any(one["key"] == self._denied for one in ranges):
            raise denied("permission denied", user="pgbaton", ranges="its keys")
        return Answer(revision=7, ranges=((),) * len(ranges))


def test_one_of_many_is_found_by_halves() -> None:
    """Fifteen questions for 128 clusters, and 127 of them are seen."""
    guard: Any = Guard("s100")
    seen = EtcdDcs(guard).glance(SCOPES, timeout=1)
    assert set(seen) == {scope.cluster for scope in SCOPES} - {"c100"}
    assert len(guard.asked) == 15


def test_as_many_clusters_as_a_transaction_takes_are_one_question() -> None:
    """A thousand clusters take eight of them."""
    guard: Any = Guard("another")
    more = [ScopeRef(cluster=f"d{n}", namespace="service", scope=f"d{n}") for n in range(1000)]
    assert len(EtcdDcs(guard).glance(more, timeout=1)) == 1000
    assert guard.asked == [128] * 7 + [104]

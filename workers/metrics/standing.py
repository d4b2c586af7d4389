"""How each cluster stands now, as far as it is remembered: what no counter of the past can say."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Collection
from typing import Literal

from prometheus_client import CollectorRegistry, Gauge

from jobs.assign import missing
from jobs.inventory import Inventory, parse_target
from jobs.remembered import newest_proof
from jobs.state import ClusterState

ABOUT = ("two-primaries", "epochs-back", "leaderless", "left", "paused", "held", "isolation")
"""What an open incident's alarms are about."""

KINDS: tuple[Literal["host", "nodebalancer", "dns"], ...] = ("host", "nodebalancer", "dns")

NAMED = 50
"""Targets of a cluster that are named while they fail: a fleet that fails is a number."""


class Standing:
    """Gauges of every cluster, from its state in Redis and by Redis' own clock."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._gauges: list[Gauge] = []

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            made = Gauge(f"pgbaton_{name}", text, ("cluster", *labels), registry=registry)
            self._gauges.append(made)
            return made

        self.open = gauge("incidents_open", "Open incidents")
        self.open_for = gauge("incident_open_seconds", "Age of the open incident; 0 without one")
        self.alarms = gauge("incident_alarms", "Alarms of the open incident", "alarm")
        self.proof = gauge("proof_age_seconds", "Since the leader was last proven")
        self.paused = gauge("paused", "1 while an operator holds the cluster's hosts")
        self.held = gauge("held", "1 while a return of a flapping leadership is held back")
        self.behind = gauge("targets_behind", "Targets without the newest fence", "kind")
        self.failing = gauge("target_failing", "1 for each target whose last try failed", "target")
        self._named: dict[str, set[str]] = {}
        self._shown: dict[str, tuple[object, ...]] = {}

    def show(self, inventory: Inventory, state: ClusterState, *, proof: str | None) -> None:
        """One cluster as it stands; `proof` is what is remembered of when its leader was last proven."""
        self._show_proof(state, proof)
        if self._as_before(inventory, state):
            return
        cluster, incident = state.cluster, state.incident
        self.open.labels(cluster).set(int(incident is not None))
        self.open_for.labels(cluster).set(0 if incident is None else state.now - incident.opened)
        self.paused.labels(cluster).set(int(state.paused()))
        self.held.labels(cluster).set(int(incident is not None and incident.hold is not None))
        said = Tally(a.partition(":")[0] for a in (incident.alarms if incident else ()))
        for about in ABOUT:
            self.alarms.labels(cluster, about).set(said[about])
        self._show_targets(state, inventory.targets_of(cluster))

    def keep(self, clusters: Collection[str]) -> None:
        """Drop every other cluster: what left the inventory would stand as it last stood, and alerts of
        it could never end."""
        for cluster in self._shown.keys() - set(clusters):
            for gauge in self._gauges:
                _drop(gauge, cluster)
            del self._shown[cluster]
            self._named.pop(cluster, None)

    def _as_before(self, inventory: Inventory, state: ClusterState) -> bool:
        """Whether a cluster at rest was shown so already: nothing but its proof grows older."""
        of = inventory, state.settled, state.hosts, state.incident, state.pause
        before = self._shown.get(state.cluster, ())
        self._shown[state.cluster] = of
        rests = state.incident is None and state.pause is None
        return rests and bool(before) and all(a is b for a, b in zip(of, before, strict=True))

    def _show_proof(self, state: ClusterState, proof: str | None) -> None:
        """Nothing for a cluster that was never proven, such as a standby."""
        newest = newest_proof(state, proof)
        if newest is not None:
            self.proof.labels(state.cluster).set(max(state.now - newest, 0))

    def _show_targets(self, state: ClusterState, targets: Collection[str]) -> None:
        fence = (state.incident or state.settled).fence
        left = [] if fence is None else missing(state, fence, tuple(targets))
        kinds = Tally(parse_target(target).kind for target in left)
        for kind in KINDS:
            self.behind.labels(state.cluster, kind).set(kinds[kind])
        failing = [t for t in left if (known := state.hosts.get(t)) and known.next_try is not None]
        self._name(state.cluster, set(failing[:NAMED]))

    def _name(self, cluster: str, failing: set[str]) -> None:
        for target in self._named.get(cluster, set()) - failing:
            self.failing.remove(cluster, target)
        for target in failing:
            self.failing.labels(cluster, target).set(1)
        self._named[cluster] = failing


def _drop(gauge: Gauge, cluster: str) -> None:
    for metric in gauge.collect():
        for sample in metric.samples:
            if sample.labels["cluster"] == cluster:
                gauge.remove(*sample.labels.values())

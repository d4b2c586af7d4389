"""The level check: every two seconds truth is compared with what was applied, events or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import structlog

from jobs.claims import ClusterView, Unknown
from jobs.inventory import SCHEMA, Inventory
from jobs.names import RECONCILE, job_id
from jobs.ports import Clock, Dcs, Ledger, LedgerUnavailable, ScopeRef, Unavailable
from jobs.reconcile import Due, Pace, due

log = structlog.get_logger(__name__)

PATIENT = frozenset({Due.ETCD, Due.LEADERLESS, Due.UNSETTLED})
"""Reasons that last; asked again at this pace, so that a long outage does not fill the queue."""

PATIENCE = 5.0


@dataclass(slots=True, kw_only=True)
class LevelCheck:
    """One look over all clusters. `holder` names this process; of several, the lease lets one act."""

    inventory: Inventory
    dcs: Mapping[str, Dcs]
    ledger: Ledger
    clock: Clock
    holder: str
    _asked: dict[str, tuple[Due, float]] = field(default_factory=dict)

    def tick(self) -> None:
        """Compare every cluster once, and ask for a respond where one is due. Never raises for what
        may pass: Redis or etcd out of reach is logged, and looked at again by the next tick."""
        try:
            if self.ledger.lease("clock", self.holder, seconds=3 * self.inventory.timing.clock):
                for cluster, view in self._views():
                    self._compare(cluster, view)
        except LedgerUnavailable as error:
            log.warning("clock.blind", reason=str(error))

    def _views(self) -> Iterator[tuple[str, ClusterView | Unknown]]:
        for etcd, dcs in self.dcs.items():
            scopes = scopes_of(self.inventory, etcd)
            views = _look(dcs, scopes, timeout=self.inventory.timing.clock)
            for scope in scopes:
                missing = Unknown(reason="etcd refuses this cluster's keys")
                yield (
                    scope.cluster,
                    views if isinstance(views, Unknown) else views.get(scope.cluster, missing),
                )

    def _compare(self, cluster: str, view: ClusterView | Unknown) -> None:
        state = self.ledger.state(cluster)
        queued = tuple(dict.fromkeys(a.job for a in state.assignments.values() if not a.started))
        pace = Pace(
            take_over=self.inventory.timing.take_over,
            waiting=self.ledger.waiting(queued) if queued else frozenset(),
        )
        reason = due(view, state, self.inventory.hosts_of(cluster), pace)
        if reason is not None and self._patient(cluster, reason):
            log.info("respond.due", cluster=cluster, reason=str(reason))
            self.ledger.call(cluster)
        if reason is None and state.incident is None:
            self._drift(cluster)

    def _patient(self, cluster: str, reason: Due) -> bool:
        """True unless the same lasting reason was acted on moments ago."""
        now = self.clock.monotonic()
        last, at = self._asked.get(cluster, (None, 0.0))
        if reason in PATIENT and last is reason and now - at < PATIENCE:
            return False
        self._asked[cluster] = (reason, now)
        return True

    def _drift(self, cluster: str) -> None:
        """Once every `drift` seconds, whichever clock process comes first has the hosts read."""
        job = job_id(RECONCILE, cluster)
        if self.ledger.lease(f"drift:{cluster}", job, seconds=self.inventory.timing.drift):
            arguments = {
                "cluster": cluster,
                "flight": job,
                "inventory": self.inventory.digest,
                "schema": SCHEMA,
            }
            self.ledger.requeue(RECONCILE, arguments)


def scopes_of(inventory: Inventory, etcd: str) -> list[ScopeRef]:
    """Where the clusters that live in one etcd have their keys."""
    return [
        ScopeRef(cluster=name, namespace=c.namespace, scope=c.scope)
        for name, c in inventory.clusters.items()
        if c.etcd == etcd
    ]


def _look(
    dcs: Dcs, scopes: list[ScopeRef], *, timeout: float
) -> Mapping[str, ClusterView] | Unknown:
    try:
        return dcs.look(scopes, timeout=timeout)
    except Unavailable as error:
        return Unknown(reason=str(error))

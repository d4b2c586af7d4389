"""The level check: every two seconds truth is compared with what was applied, events or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from jobs.claims import ClusterView, Unknown
from jobs.due import Due, Pace, due
from jobs.inventory import Inventory
from jobs.look import epoch_of
from jobs.ports import Clock, Dcs, Fleet, Ledger, LedgerUnavailable, ScopeRef, Unavailable
from jobs.state import ClusterState
from workers.drifting import DriftTurns
from workers.etcd.dcs import in_batches
from workers.fleet import ThreadFleet

log = structlog.get_logger(__name__)

URGENT = frozenset({Due.LEFT, Due.TARGETS})
"""Reasons that a respond removes: asked for at every tick until it has."""

PATIENCE = 5.0
"""Seconds until any other reason is asked for again while it is the same, epoch and all: a long
outage, or a standby cluster, is not to fill the queue."""

AT_ONCE = 200
"""Clusters of one etcd that are looked at within one deadline, a tick."""
LEAST = 0.05
"""Seconds for the next of them where a whole tick was waited in vain."""


class Round(StrEnum):
    """How a tick ended."""

    COMPARED = "compared"  # at least one etcd was read; what others hold is told by their incidents
    STANDBY = "standby"  # another process holds the lease, and acts
    SIGHTLESS = "sightless"  # no etcd could be read
    BLIND = "blind"  # Redis cannot be reached

    @property
    def good(self) -> bool:
        """Whether this process did what it should."""
        return self in {Round.COMPARED, Round.STANDBY}


@dataclass(slots=True, kw_only=True)
class LevelCheck:
    """One look over all clusters. `holder` names this process; of several, the lease lets one act."""

    inventory: Inventory
    dcs: Mapping[str, Dcs]
    ledger: Ledger
    clock: Clock
    holder: str
    fleet: Fleet = field(default_factory=ThreadFleet)
    _blind: str | None = None
    _asked: dict[str, tuple[Due, int | None, float]] = field(default_factory=dict)
    _turns: DriftTurns | None = None

    def tick(self) -> Round:
        """Compare every cluster once, and ask for a respond where one is due. Never raises for what
        may pass: Redis or etcd out of reach is logged, and looked at again by the next tick."""
        try:
            ended = self._round()
            self._blind = None
        except LedgerUnavailable as error:
            if str(error) != self._blind:  # said again only when it changes
                log.warning("clock.blind", reason=str(error))
            self._blind = str(error)
            return Round.BLIND
        return ended

    def _round(self) -> Round:
        if not self.ledger.lease("clock", self.holder, seconds=3 * self.inventory.timing.clock):
            return Round.STANDBY
        seen = False
        for views in self._views():
            seen |= any(isinstance(view, ClusterView) for view in views.values())
            self._compare_all(views)
        return Round.COMPARED if seen else Round.SIGHTLESS

    def _views(self) -> Iterator[Mapping[str, ClusterView | Unknown]]:
        """Every etcd at once: one that is gone delays no other's clusters."""
        missing = Unknown(reason="etcd refuses this cluster's keys")
        for etcd, views in self.fleet.each(tuple(self.dcs), self._look):
            clusters = (scope.cluster for scope in scopes_of(self.inventory, etcd))
            yield {cluster: views.get(cluster, missing) for cluster in clusters}

    def _look(self, etcd: str) -> Mapping[str, ClusterView | Unknown]:
        """Some clusters after the other, each time within a tick: what many of them take is no outage.
        An etcd that is gone has hardly more than one tick in all."""
        seen: dict[str, ClusterView | Unknown] = {}
        left, scopes = self.inventory.timing.clock, scopes_of(self.inventory, etcd)
        for some in in_batches(scopes, AT_ONCE):
            began = self.clock.monotonic()
            try:
                seen |= self.dcs[etcd].glance(some, timeout=left)
            except Unavailable as error:
                seen |= dict.fromkeys((s.cluster for s in some), Unknown(reason=str(error)))
                left = max(left - (self.clock.monotonic() - began), LEAST)
        return seen

    def _compare_all(self, views: Mapping[str, ClusterView | Unknown]) -> None:
        """A few questions to Redis for all of them: one for each would be seconds in a storm, in which
        workers wait for Redis, too."""
        states = self.ledger.states(tuple(views))
        jobs = tuple(dict.fromkeys(job for state in states.values() for job in _unbegun(state)))
        pace = Pace(
            take_over=self.inventory.timing.take_over,
            waiting=self.ledger.waiting(jobs) if jobs else frozenset(),
        )
        due_now = {c: self._due(view, states[c], pace) for c, view in views.items()}
        asked = [self._ask(c, why, views[c]) for c, why in due_now.items() if why is not None]
        if not pace.waiting and not any(asked):  # nobody stands in line behind a look that can wait
            quiet = [c for c, why in due_now.items() if why is None and states[c].incident is None]
            self._drifts().tick(quiet)

    def _due(self, view: ClusterView | Unknown, state: ClusterState, pace: Pace) -> Due | None:
        """Why a respond is to be asked for; None where nobody need, or where one waits."""
        reason = due(view, state, self.inventory.targets_of(state.cluster), pace)
        return None if reason is None or _in_line(reason, state, pace) else reason

    def _ask(self, cluster: str, reason: Due, view: ClusterView | Unknown) -> bool:
        """False where that was done moments ago."""
        if not self._fresh(cluster, reason, epoch_of(view)):
            return False
        log.info("respond.due", cluster=cluster, reason=str(reason))
        if not self.ledger.call(cluster):  # one is on its way, but its worker may be dead
            del self._asked[cluster]
        return True

    def _fresh(self, cluster: str, reason: Due, epoch: int | None) -> bool:
        """True unless the same reason, of the same epoch, was acted on moments ago."""
        now = self.clock.monotonic()
        asked, at = (reason, epoch), self._asked.get(cluster)
        if reason not in URGENT and at is not None and at[:2] == asked and now - at[2] < PATIENCE:
            return False
        self._asked[cluster] = (reason, epoch, now)
        return True

    def _drifts(self) -> DriftTurns:
        if self._turns is None or self._turns.inventory is not self.inventory:
            self._turns = DriftTurns(inventory=self.inventory, ledger=self.ledger, clock=self.clock)
        return self._turns


def _in_line(reason: Due, state: ClusterState, pace: Pace) -> bool:
    """Whether somebody waits in the queue who will see to it. In a storm that takes longer than PATIENCE:
    a respond before each conclude would double the work."""
    ends = reason is Due.UNSETTLED and state.ending in pace.waiting
    return ends or state.asked in pace.waiting


def _unbegun(state: ClusterState) -> Iterator[str]:
    """The jobs of one cluster that may still wait in their queue: its own, and its targets'."""
    yield from (job for job in (state.asked, state.ending) if job is not None)
    yield from (given.job for given in state.assignments.values() if not given.started)


def scopes_of(inventory: Inventory, etcd: str) -> list[ScopeRef]:
    """Where the clusters that live in one etcd have their keys."""
    return [
        ScopeRef(cluster=name, namespace=c.namespace, scope=c.scope)
        for name, c in inventory.clusters.items()
        if c.etcd == etcd
    ]

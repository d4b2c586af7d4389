"""Patroni's keys in memory: without it, a test of the head would need an etcd."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jobs.claims import AskedFor, BrokenRecord, ClusterView, LeaderKey, MemberRecord
from jobs.ports import DcsUnavailable, ScopeRef


@dataclass(slots=True)
class FakeDcs:
    """A `Dcs` one can write to; clusters are named by id, and revisions grow as in etcd.

    `unavailable` is raised by every question while it is set. `after_look` runs once, after the
    next `look`: what changes there happened between the first read and the second.
    """

    revision: int = 1
    unavailable: DcsUnavailable | None = None
    after_look: Callable[[], object] | None = None
    looks: int = 0
    rereads: int = 0
    _views: dict[str, ClusterView] = field(default_factory=dict)

    def look(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        self.looks += 1
        self._refuse_in_outage()
        views = {s.cluster: replace(self._view(s.cluster), revision=self.revision) for s in scopes}
        if self.after_look is not None:
            step, self.after_look = self.after_look, None
            step()
        return views

    def glance(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        return {
            cluster: ClusterView(
                cluster=cluster, revision=view.revision, leader=view.leader, members=view.members
            )
            for cluster, view in self.look(scopes, timeout=timeout).items()
        }

    def leader(self, scope: ScopeRef, *, timeout: float) -> LeaderKey | None:
        self.rereads += 1
        self._refuse_in_outage()
        return self._view(scope.cluster).leader

    def elect(self, cluster: str, member: str, *, lease: int = 7) -> int:
        """The key is released and taken by the member, as in a failover; returns the new epoch."""
        self.delete_leader(cluster)
        return self.put_leader(cluster, member, lease=lease)

    def put_leader(self, cluster: str, member: str, *, lease: int = 7) -> int:
        """A plain put, as etcd does it: a key that exists keeps its epoch. Returns the epoch."""
        self.revision += 1
        held = self._view(cluster).leader
        epoch = held.epoch if held else self.revision
        self._change(cluster, leader=LeaderKey(member=member, epoch=epoch, lease=lease))
        return epoch

    def delete_leader(self, cluster: str) -> None:
        self.revision += 1
        self._change(cluster, leader=None)

    def put_member(self, cluster: str, record: MemberRecord | BrokenRecord) -> None:
        self.revision += 1
        others = [m for m in self._view(cluster).members if m.name != record.name]
        members = tuple(sorted([*others, record], key=lambda m: m.name.encode()))
        self._change(cluster, members=members)

    def delete_member(self, cluster: str, name: str) -> None:
        self.revision += 1
        left = tuple(m for m in self._view(cluster).members if m.name != name)
        self._change(cluster, members=left)

    def configure(
        self,
        cluster: str,
        *,
        paused: bool = False,
        failsafe: bool = False,
        standby_cluster: bool = False,
    ) -> None:
        """Patroni's dynamic configuration, as far as pgbaton reads it; the whole of it at once."""
        self.revision += 1
        self._change(cluster, paused=paused, failsafe=failsafe, standby_cluster=standby_cluster)

    def ask_for_another(self, cluster: str) -> None:
        """An operator's wish for another leader, as `patronictl switchover` leaves it."""
        self.revision += 1
        self._change(cluster, asked=AskedFor(revision=self.revision, pending=True))

    def take_up(self, cluster: str) -> None:
        """The new leader empties the wish."""
        self.revision += 1
        self._change(cluster, asked=AskedFor(revision=self.revision, pending=False))

    def initialize(self, cluster: str, system_identifier: str | None) -> None:
        self.revision += 1
        self._change(cluster, system_identifier=system_identifier)

    def break_down(self, reason: str = "etcdserver: no leader") -> None:
        """From now on nothing can be asked, as when etcd has lost its quorum."""
        self.unavailable = DcsUnavailable(reason=reason, remedy="bring etcd's quorum back")

    def recover(self) -> None:
        self.unavailable = None

    def _refuse_in_outage(self) -> None:
        if self.unavailable is not None:
            raise self.unavailable

    def _view(self, cluster: str) -> ClusterView:
        return self._views.get(cluster) or ClusterView(
            cluster=cluster, revision=self.revision, leader=None
        )

    def _change(self, cluster: str, **parts: object) -> None:
        self._views[cluster] = replace(self._view(cluster), **parts)  # type: ignore[arg-type]

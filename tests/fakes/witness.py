"""Evidence set by hand: without it, a test of a verdict's consequences would need a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from jobs.claims import (
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    OtherMember,
    RestAnswer,
    RestClaim,
    SqlAnswer,
    SqlClaim,
    Unknown,
)
from jobs.ports import DcsUnavailable, ScopeRef
from tests.fakes.dcs import FakeDcs

SYSTEM = "7412345678901234567"


@dataclass(slots=True)
class FakeWitness:
    """A `Witness` over FakeDcs. Members answer as healthy ones do unless `rest` or `sql` says else.

    `pg_timelines` grows by hand; `down` are members that answer nothing.
    """

    dcs: FakeDcs
    scopes: dict[str, str] = field(default_factory=dict)
    pg_timelines: dict[str, int] = field(default_factory=dict)
    rest: dict[str, RestClaim] = field(default_factory=dict)
    sql: dict[str, SqlClaim] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    system: str = SYSTEM

    def gather(
        self,
        cluster: str,
        *,
        timeout: float,
        everyone: bool = False,
        remembered: Sequence[MemberRecord] = (),
    ) -> Claims:
        scope = self.scopes.get(cluster, cluster)
        ref = ScopeRef(cluster=cluster, namespace="/service/", scope=scope)
        try:
            view: ClusterView | Unknown = self.dcs.look([ref], timeout=timeout)[cluster]
        except DcsUnavailable as error:
            view = Unknown(reason=str(error))
        if isinstance(view, Unknown) or view.leader is None:
            return Claims(cluster=cluster, scope=scope, before=view)
        leads = view.leader.member
        known = dict.fromkeys(m.name for m in (*view.members, *remembered))
        others = [name for name in known if name != leads] if everyone else []
        return Claims(
            cluster=cluster,
            scope=scope,
            before=view,
            rest=self._rest(cluster, leads),
            sql=self._sql(cluster, leads, leads=True),
            after=self.leader(cluster, timeout=timeout),
            remembered=tuple(remembered),
            others=tuple(
                OtherMember(name=n, sql=self._sql(cluster, n, leads=False)) for n in others
            ),
        )

    def leader(self, cluster: str, *, timeout: float) -> LeaderKey | Unknown | None:
        ref = ScopeRef(cluster=cluster, namespace="/service/", scope=cluster)
        try:
            return self.dcs.leader(ref, timeout=timeout)
        except DcsUnavailable as error:
            return Unknown(reason=str(error))

    def writable(self, cluster: str, record: MemberRecord, *, timeout: float) -> SqlClaim:
        return self._sql(cluster, record.name, leads=True)

    def _rest(self, cluster: str, member: str) -> RestClaim:
        if member in self.down:
            return Unknown(reason="timed out")
        return self.rest.get(member) or RestAnswer(
            role="primary",
            state="running",
            scope=self.scopes.get(cluster, cluster),
            name=member,
            system_identifier=self.system,
            pg_timeline=self.pg_timelines.get(cluster, 1),
        )

    def _sql(self, cluster: str, member: str, *, leads: bool) -> SqlClaim:
        if member in self.down:
            return Unknown(reason="timed out")
        return self.sql.get(member) or SqlAnswer(
            in_recovery=not leads,
            read_only=not leads,
            system_identifier=self.system,
            pg_timeline=self.pg_timelines.get(cluster, 1) if leads else None,
        )

"""Evidence set by hand: without it, a test of a verdict's consequences would need a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from jobs.claims import (
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    NotProbed,
    OtherMember,
    RestAnswer,
    RestClaim,
    SqlAnswer,
    SqlClaim,
    SqlRefused,
    SqlStarting,
    Unknown,
)
from jobs.ports import DcsUnavailable, ScopeRef
from tests.fakes.dcs import FakeDcs
from tests.fakes.rest import FakeRest, body
from tests.fakes.sql import FakeServer, FakeSql

SYSTEM = "7412345678901234567"


@dataclass(slots=True)
class FakeWitness:
    """A `Witness` over FakeDcs. Members answer as healthy ones do unless `rest` or `sql` says else.

    `pg_timelines` grows by hand; `down` are members that answer nothing. What `sql` wants said is
    said by a FakeServer in the state that leads to it, what `rest` wants by a FakeRest with that body,
    so that nothing is claimed that no server says.
    """

    dcs: FakeDcs
    scopes: dict[str, str] = field(default_factory=dict)
    pg_timelines: dict[str, int] = field(default_factory=dict)
    rest: dict[str, RestClaim] = field(default_factory=dict)
    sql: dict[str, SqlClaim] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    system: str = SYSTEM
    through: dict[str, str | Iterator[str | None] | None] = field(default_factory=dict)
    """Where a login through a NodeBalancer lands, by its target: a member, None for nowhere, or one
    login after the other."""

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
        key = self.leader(cluster, timeout=timeout)
        if record.name not in self.through:
            leads = not isinstance(key, LeaderKey) or key.member == record.name
            return self._sql(cluster, record.name, leads=leads)
        member = self._arrives(record.name)
        if member is None:
            return Unknown(reason="connection refused")
        leads = isinstance(key, LeaderKey) and key.member == member
        return self._sql(cluster, member, leads=leads)

    def _arrives(self, balancer: str) -> str | None:
        """The member on whom the next login through a NodeBalancer lands."""
        lands = self.through[balancer]
        return lands if isinstance(lands, str | None) else next(lands)

    def _rest(self, cluster: str, member: str) -> RestClaim:
        url = f"http://{member}:8008/patroni"
        said = self.rest.get(member) or self._healthy(cluster, member)
        if member in self.down or isinstance(said, Unknown):
            rest = FakeRest(silent={url})
        else:
            rest = FakeRest(bodies={url: body(said)})
        return rest.ask(MemberRecord(name=member, conn_url="", api_url=url), timeout=1)

    def _healthy(self, cluster: str, member: str) -> RestAnswer:
        return RestAnswer(
            role="primary",
            state="running",
            scope=self.scopes.get(cluster, cluster),
            name=member,
            system_identifier=self.system,
            pg_timeline=self.pg_timelines.get(cluster, 1),
        )

    def _sql(self, cluster: str, member: str, *, leads: bool) -> SqlClaim:
        url = f"postgres://{member}/postgres"
        sql = FakeSql(servers={url: self._server(cluster, member, leads=leads)})
        return sql.ask(MemberRecord(name=member, conn_url=url, api_url=""), timeout=1)

    def _server(self, cluster: str, member: str, *, leads: bool) -> FakeServer:
        server = FakeServer(
            system=self.system, pg_timeline=self.pg_timelines.get(cluster, 1), in_recovery=not leads
        )
        if member in self.down:
            server.silent = True
        elif member in self.sql:
            _bring(server, self.sql[member])
        return server


def _bring(server: FakeServer, wanted: SqlClaim) -> None:
    """The state in which a server says that; what the claim leaves out stays the cluster's."""
    match wanted:
        case SqlAnswer():
            server.in_recovery, server.read_only = wanted.in_recovery, wanted.read_only
            server.privileged = wanted.system_identifier is not None
            server.system = wanted.system_identifier or server.system
            server.pg_timeline = wanted.pg_timeline or server.pg_timeline
        case SqlRefused():
            server.refuses = wanted.sqlstate
        case SqlStarting():
            server.starting = True
        case Unknown():
            server.silent = True
        case NotProbed():
            raise ValueError("a server cannot be brought to say that nobody asked it")
        case _:
            assert_never(wanted)

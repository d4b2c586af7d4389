"""Asks etcd, Patroni and PostgreSQL about one cluster at once, and etcd again afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from jobs.claims import (
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    NotProbed,
    OtherMember,
    RestClaim,
    SqlClaim,
    Unknown,
)
from jobs.ports import Dcs, Rest, ScopeRef, Sql, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The hands for one cluster. `sql` is None where the inventory names no monitoring role."""

    scope: ScopeRef
    dcs: Dcs
    rest: Rest
    sql: Sql | None


class Witnesses:
    """`jobs.ports.Witness` over all clusters of an inventory."""

    def __init__(self, sights: Mapping[str, Sight]) -> None:
        self._sights = sights

    def gather(self, cluster: str, *, timeout: float, everyone: bool = False) -> Claims:
        sight = self._sights[cluster]
        before = _view(sight, timeout=timeout)
        record = _leader_record(before)
        if record is None or isinstance(before, Unknown):
            return Claims(cluster=cluster, scope=sight.scope.scope, before=before)
        others = [
            m for m in before.members if isinstance(m, MemberRecord) and m.name != record.name
        ]
        with ThreadPoolExecutor(max_workers=2 + len(others)) as pool:
            rest = pool.submit(sight.rest.ask, record, timeout=timeout)
            asked = self._ask_others(pool, sight, others if everyone else [], timeout=timeout)
            sql = _sql(sight, record, timeout=timeout)
            answer: RestClaim = rest.result()
        return Claims(
            cluster=cluster,
            scope=sight.scope.scope,
            before=before,
            rest=answer,
            sql=sql,
            after=self.leader(cluster, timeout=timeout),
            others=tuple(
                OtherMember(name=name, sql=claim.result()) for name, claim in asked.items()
            ),
        )

    def leader(self, cluster: str, *, timeout: float) -> LeaderKey | Unknown | None:
        sight = self._sights[cluster]
        try:
            return sight.dcs.leader(sight.scope, timeout=timeout)
        except Unavailable as error:
            return Unknown(reason=str(error))

    def writable(self, cluster: str, record: MemberRecord, *, timeout: float) -> SqlClaim:
        return _sql(self._sights[cluster], record, timeout=timeout)

    def _ask_others(
        self, pool: ThreadPoolExecutor, sight: Sight, others: list[MemberRecord], *, timeout: float
    ) -> dict[str, Future[SqlClaim]]:
        if sight.sql is None:
            return {}
        return {m.name: pool.submit(sight.sql.ask, m, timeout=timeout) for m in others}


def _view(sight: Sight, *, timeout: float) -> ClusterView | Unknown:
    try:
        return sight.dcs.look([sight.scope], timeout=timeout)[sight.scope.cluster]
    except Unavailable as error:
        return Unknown(reason=str(error))


def _leader_record(view: ClusterView | Unknown) -> MemberRecord | None:
    if isinstance(view, Unknown) or view.leader is None:
        return None
    record = view.member(view.leader.member)
    return record if isinstance(record, MemberRecord) else None


def _sql(sight: Sight, record: MemberRecord, *, timeout: float) -> SqlClaim:
    return NotProbed() if sight.sql is None else sight.sql.ask(record, timeout=timeout)

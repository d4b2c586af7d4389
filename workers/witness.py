"""Asks etcd, Patroni and PostgreSQL about one cluster at once, and etcd again afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from workers.sharing import Shared

LAST_LOOK = 0.25
"""The share of the deadline that the second look at etcd always has."""

SLOW = "etcd took too long for those who asked before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The hands for one cluster. `sql` is None where the inventory names no monitoring role."""

    scope: ScopeRef
    dcs: Dcs
    rest: Rest
    sql: Sql | None


class Witnesses:
    """`jobs.ports.Witness` over all clusters of an inventory."""

    def __init__(
        self, sights: Mapping[str, Sight], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sights, self._clock = sights, clock
        self._looks: Mapping[str, Shared[LeaderKey | Unknown | None]] = {
            cluster: Shared(nobody=Unknown(reason=SLOW)) for cluster in sights
        }

    def gather(
        self,
        cluster: str,
        *,
        timeout: float,
        everyone: bool = False,
        remembered: Sequence[MemberRecord] = (),
    ) -> Claims:
        """All of it within one deadline; a quarter is kept for the second look at etcd."""
        sight, end = self._sights[cluster], self._clock() + timeout
        before = _view(sight, timeout=timeout)
        record = _leader_record(before)
        if record is None or isinstance(before, Unknown):
            return Claims(cluster=cluster, scope=sight.scope.scope, before=before)
        others = _beside(record, before, remembered) if everyone else []
        kept = timeout * LAST_LOOK
        left = max(end - self._clock() - kept, kept)
        rest, sql, asked = _ask(sight, record, others, timeout=left)
        return Claims(
            cluster=cluster,
            scope=sight.scope.scope,
            before=before,
            rest=rest,
            sql=sql,
            after=self.leader(cluster, timeout=max(end - self._clock(), kept)),
            others=asked,
            remembered=tuple(remembered),
        )

    def leader(self, cluster: str, *, timeout: float) -> LeaderKey | Unknown | None:
        """The hosts of a job ask all at once, right before their swaps: they share looks that began
        after they asked."""
        sight = self._sights[cluster]

        def look() -> LeaderKey | Unknown | None:
            try:
                return sight.dcs.leader(sight.scope, timeout=timeout)
            except Unavailable as error:
                return Unknown(reason=str(error))

        return self._looks[cluster].ask(look, timeout=timeout)

    def writable(self, cluster: str, record: MemberRecord, *, timeout: float) -> SqlClaim:
        return _sql(self._sights[cluster], record, timeout=timeout)


def _ask(
    sight: Sight, record: MemberRecord, others: Sequence[MemberRecord], *, timeout: float
) -> tuple[RestClaim, SqlClaim, tuple[OtherMember, ...]]:
    """Everybody at once. Each hand ends by itself in time; an exception here waits for none."""
    pool = ThreadPoolExecutor(max_workers=2 + len(others))
    try:
        rest = pool.submit(sight.rest.ask, record, timeout=timeout)
        asked = {
            m.name: pool.submit(_sql, sight, m, timeout=timeout)
            for m in (others if sight.sql is not None else ())
        }
        sql = _sql(sight, record, timeout=timeout)
        told = tuple(OtherMember(name=name, sql=claim.result()) for name, claim in asked.items())
        return rest.result(), sql, told
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _view(sight: Sight, *, timeout: float) -> ClusterView | Unknown:
    try:
        return sight.dcs.look([sight.scope], timeout=timeout)[sight.scope.cluster]
    except Unavailable as error:
        return Unknown(reason=str(error))


def _beside(
    leader: MemberRecord, view: ClusterView, remembered: Sequence[MemberRecord]
) -> list[MemberRecord]:
    """Every other member, by etcd's word where etcd has one."""
    known = (*view.unlisted(remembered), *view.usable())
    return [one for one in known if one.name != leader.name]


def _leader_record(view: ClusterView | Unknown) -> MemberRecord | None:
    if isinstance(view, Unknown) or view.leader is None:
        return None
    record = view.member(view.leader.member)
    return record if isinstance(record, MemberRecord) else None


def _sql(sight: Sight, record: MemberRecord, *, timeout: float) -> SqlClaim:
    return NotProbed() if sight.sql is None else sight.sql.ask(record, timeout=timeout)

"""Claims as sentences: who said what, so that a verdict can be checked by eye."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from jobs.claims import (
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    NotProbed,
    RestAnswer,
    RestClaim,
    SqlAnswer,
    SqlClaim,
    SqlRefused,
    SqlStarting,
    Unknown,
)

if TYPE_CHECKING:
    from jobs.sentences import Tone

Said = tuple["Tone", tuple[str, str]]
"""A tone, who, and what was said."""


def told(claims: Claims) -> list[Said]:
    """Every claim in the order in which it was made, the other members' last."""
    view = claims.before
    if isinstance(view, Unknown):
        return [_unknown("etcd", view)]
    return list(_told(claims, view))


def _told(claims: Claims, view: ClusterView) -> Iterator[Said]:
    yield _etcd(view)
    for member in view.members:
        broken = None if isinstance(member, MemberRecord) else member.reason
        if broken is not None:
            yield "bad", (f"record of {member.name}", broken)
    holder = view.leader.member if view.leader else "the leader"
    if claims.rest is not None:
        yield _rest(f"Patroni on {holder}", claims.rest)
    if claims.sql is not None:
        yield _sql(f"PostgreSQL on {holder}", claims.sql, leads=True)
    if view.leader is not None:
        yield _again(claims.after, view.leader)
    for other in claims.others:
        yield _sql(f"PostgreSQL on {other.name}", other.sql, leads=False)


def _etcd(view: ClusterView) -> Said:
    names = ", ".join(m.name for m in view.members) or "none"
    flags = [
        w
        for w, on in (
            ("paused", view.paused),
            ("failsafe mode on", view.failsafe),
            ("standby cluster", view.standby_cluster),
        )
        if on
    ]
    rest = "; ".join(
        [f"members: {names}", f"system {view.system_identifier or 'not written'}", *flags]
    )
    if view.leader is None:
        return "bad", ("etcd", f"no leader key at revision {view.revision}; {rest}")
    key = view.leader
    return "good", (
        "etcd",
        f"{key.member} holds the leader key: epoch {key.epoch}, lease {key.lease:x}, revision {view.revision}; {rest}",
    )


def _again(key: LeaderKey | Unknown | None, before: LeaderKey) -> Said:
    match key:
        case None:
            return "bad", ("etcd, afterwards", "the leader key is gone")
        case Unknown():
            return _unknown("etcd, afterwards", key)
        case LeaderKey(member=before.member, epoch=before.epoch):
            return "good", ("etcd, afterwards", f"{key.member} still holds it: epoch {key.epoch}")
        case LeaderKey():
            return "bad", ("etcd, afterwards", f"{key.member} holds it now: epoch {key.epoch}")


def _rest(who: str, claim: RestClaim) -> Said:
    if isinstance(claim, Unknown):
        return _unknown(who, claim)
    parts = [f"{claim.role}, {claim.state}", *_facts(claim)]
    good = claim.role in {"primary", "master"} and claim.state == "running"
    return "good" if good else "bad", (who, "; ".join(parts))


def _facts(claim: RestAnswer) -> Iterator[str]:
    for name, value in (
        ("scope", claim.scope),
        ("name", claim.name),
        ("PostgreSQL timeline", claim.pg_timeline),
        ("system", claim.system_identifier),
        ("Patroni", claim.version),
    ):
        if value is not None:
            yield f"{name} {value}"
    yield from (
        word
        for word, on in (("paused", claim.paused), ("failsafe active", claim.failsafe_active))
        if on
    )


def _sql(who: str, claim: SqlClaim, *, leads: bool) -> Said:
    match claim:
        case SqlAnswer():
            return "good" if claim.writable is leads else "bad", (who, _answer(claim))
        case SqlRefused():
            return "quiet", (
                who,
                f"answers, but refuses the probe (SQLSTATE {claim.sqlstate}): {claim.reason}",
            )
        case SqlStarting():
            return "quiet", (who, f"does not serve yet: {claim.reason}")
        case NotProbed():
            return "quiet", (who, f"not asked: {claim.reason}")
        case Unknown():
            return _unknown(who, claim)


def _answer(claim: SqlAnswer) -> str:
    recovery = "in recovery" if claim.in_recovery else "not in recovery"
    mode = "read-only" if claim.read_only else "not read-only"
    facts = [f"{'writable' if claim.writable else 'not writable'} ({recovery}, {mode})"]
    if claim.pg_timeline is not None:
        facts.append(f"PostgreSQL timeline {claim.pg_timeline}")
    if claim.system_identifier is not None:
        facts.append(f"system {claim.system_identifier}")
    return "; ".join(facts)


def _unknown(who: str, claim: Unknown) -> Said:
    return "bad", (who, f"could not be asked: {claim.reason}")

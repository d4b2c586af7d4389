"""From evidence to a verdict, purely: the one place that may say "this member leads"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jobs.claims import (
    BrokenRecord,
    Claims,
    ClusterView,
    LeaderKey,
    MemberRecord,
    NotProbed,
    RestAnswer,
    SqlAnswer,
    SqlRefused,
    SqlStarting,
    Unknown,
)
from jobs.fence import Fence
from jobs.verdict import Confirmed, Contradicted, Leadership, NotYet, Standby, Undetermined, Verdict

PRIMARY_ROLES = frozenset({"primary", "master"})
"""Patroni says `master` before 4.0 and `primary` since."""

KEYLESS = ", and failsafe mode is on: the last leader may go on"
"""What a missing key means where Patroni may do without it: customers may notice nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the inventory asks of a verdict. For `promotion_grace` seconds after an epoch was first
    seen, a holder still in recovery counts as promoting; afterwards as a contradiction."""

    probe_required: bool = False
    promotion_grace: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The evidence once a leader key, its record and an unchanged epoch stand."""

    view: ClusterView
    key: LeaderKey
    record: MemberRecord


def judge(claims: Claims, *, policy: Policy, known_for: float = 0.0) -> Verdict:
    """Judge one cluster's claims. `known_for`: seconds since the epoch was first seen.

    Confirmed needs every witness to agree; a witness who could not be asked makes it "unknown",
    never "no". The order of the questions is the order in which etcd, Patroni and PostgreSQL
    are nearer to the truth.
    """
    held = _key_stands(claims)
    if not isinstance(held, _Held):
        return held
    rest = claims.rest
    if not isinstance(rest, RestAnswer):
        return Undetermined(
            reason=f"{held.key.member} cannot be asked by REST: {_why(rest)}", from_here=True
        )
    return (
        _identity(claims, held, rest)
        or _role(claims, held, rest, promoting=known_for < policy.promotion_grace)
        or _writable(claims, held, policy=policy, promoting=known_for < policy.promotion_grace)
        or _confirm(claims, held, rest)
    )


def _key_stands(claims: Claims) -> _Held | Verdict:
    view = claims.before
    if isinstance(view, Unknown):
        return Undetermined(reason=f"etcd cannot be asked: {view.reason}")
    key = view.leader
    if key is None:
        return NotYet(reason=f"no leader key{KEYLESS if view.failsafe else ''}")
    if not key.lease:
        return Undetermined(
            reason=f"the leader key names {key.member} but has no lease: Patroni did not write it"
        )
    record = view.member(key.member)
    if record is None:
        return Undetermined(reason=f"the leader key names {key.member}, which has no member record")
    if isinstance(record, BrokenRecord):
        return Undetermined(
            reason=f"the member record of {key.member} is unusable: {record.reason}"
        )
    return _epoch_stands(claims, key) or _Held(view=view, key=key, record=record)


def _epoch_stands(claims: Claims, key: LeaderKey) -> Verdict | None:
    if isinstance(claims.after, Unknown):
        return Undetermined(reason=f"the leader key could not be read again: {claims.after.reason}")
    if claims.after is None or (claims.after.epoch, claims.after.member) != (key.epoch, key.member):
        return NotYet(reason="the leadership changed while it was looked at")
    return None


def _identity(claims: Claims, held: _Held, rest: RestAnswer) -> Verdict | None:
    member = held.key.member
    if rest.name is not None and rest.name != member:
        return Contradicted(
            reason=f"the key names {member}, but its address answers as {rest.name}"
        )
    if rest.scope is not None and rest.scope != claims.scope:
        return Contradicted(reason=f"{member} answers for scope {rest.scope}, not {claims.scope}")
    systems = set(_systems(claims, held, rest))
    if len(systems) > 1:
        return Contradicted(
            reason=f"{member} is of another cluster: system identifiers {', '.join(sorted(systems))}"
        )
    return None


def _systems(claims: Claims, held: _Held, rest: RestAnswer) -> Iterator[str]:
    sql = claims.sql.system_identifier if isinstance(claims.sql, SqlAnswer) else None
    yield from (s for s in (sql, rest.system_identifier, held.view.system_identifier) if s)


def _role(claims: Claims, held: _Held, rest: RestAnswer, *, promoting: bool) -> Verdict | None:
    member, leads = held.key.member, rest.role in PRIMARY_ROLES
    if rest.role == "standby_leader" or (held.view.standby_cluster and not leads):
        return Standby(reason=f"{member} leads a standby cluster")
    if isinstance(claims.sql, SqlStarting):
        return NotYet(reason=f"{member} does not serve yet: {claims.sql.reason}")
    if rest.state != "running":
        return NotYet(reason=f"{member} holds the key, but Patroni says it is {rest.state}")
    return None if leads else _recovering(member, f"Patroni says {rest.role}", promoting=promoting)


def _writable(claims: Claims, held: _Held, *, policy: Policy, promoting: bool) -> Verdict | None:
    member, sql = held.key.member, claims.sql
    match sql:
        case SqlAnswer(writable=True):
            return None
        case SqlAnswer(in_recovery=True):
            return _recovering(member, "PostgreSQL is in recovery", promoting=promoting)
        case SqlAnswer():
            return Contradicted(reason=f"{member} holds the key, but PostgreSQL there is read-only")
        case SqlRefused() | NotProbed():
            if policy.probe_required:
                return Undetermined(
                    reason=f"writability of {member} not probed: {sql.reason}; policy demands it"
                )
            return None
        case _:
            return Undetermined(
                reason=f"{member} cannot be asked by SQL: {_why(sql)}", from_here=True
            )


def _recovering(member: str, said: str, *, promoting: bool) -> Verdict:
    if promoting:
        return NotYet(reason=f"{member} is still promoting ({said})")
    return Contradicted(reason=f"{member} holds the key, but is a replica ({said})")


def _confirm(claims: Claims, held: _Held, rest: RestAnswer) -> Verdict:
    sql = claims.sql
    pg_timeline = (sql.pg_timeline if isinstance(sql, SqlAnswer) else None) or rest.pg_timeline
    system = next(_systems(claims, held, rest), None)
    if pg_timeline is None or system is None:
        return Undetermined(
            reason=f"{held.key.member} tells neither its timeline nor its system identifier"
        )
    fence = Fence(system=system, pg_timeline=pg_timeline, epoch=held.key.epoch)
    return Confirmed(
        leadership=Leadership(
            member=held.key.member,
            fence=fence,
            record=held.record,
            others=tuple(_others(claims, held)),
        ),
        reason=f"{held.key.member} leads, epoch {held.key.epoch}, PostgreSQL timeline {pg_timeline}",
        notes=tuple(_notes(claims, held, rest)),
        stale=tuple(_stale(claims, system)),
        paused=held.view.paused or rest.paused,
    )


def _stale(claims: Claims, system: str) -> Iterator[str]:
    """Further members that accept writes. Whoever answers with another system identifier is none: the
    address of a member that was removed may be another cluster's by now."""
    answers = ((o.name, o.sql) for o in claims.others if isinstance(o.sql, SqlAnswer))
    for name, said in answers:
        if said.writable and said.system_identifier in {None, system}:
            yield name


def _others(claims: Claims, held: _Held) -> Iterator[MemberRecord]:
    """The members beside the leader: as etcd lists them, then those only remembered, whose state
    nobody knows any more."""
    listed = held.view.usable()
    yield from (m for m in listed if m.name != held.key.member)
    yield from (replace(m, state=None) for m in held.view.unlisted(claims.remembered))


def _notes(claims: Claims, held: _Held, rest: RestAnswer) -> Iterator[str]:
    if isinstance(claims.sql, SqlRefused | NotProbed):
        yield f"writability not probed: {_why(claims.sql)}"
    if held.view.paused or rest.paused:
        yield "Patroni is paused"
    if rest.failsafe_active:
        yield "failsafe mode is active"


def _why(claim: object) -> str:
    return str(getattr(claim, "reason", "not asked"))

"""The evidence a verdict rests on: without it, an answer and a guess would look the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something could not be asked, or did not answer in time. Never a "no", never a "yes"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderKey:
    """Patroni's `<scope>/leader`, read linearizably. `epoch` is its etcd create_revision."""

    member: str
    epoch: int
    lease: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    """Patroni's `<scope>/members/<name>`, parsed. What it says of roles is never proof."""

    name: str
    conn_url: str
    api_url: str
    proxy_url: str | None = None
    role: str | None = None
    state: str | None = None
    pg_timeline: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRecord:
    """A member record that does not parse, or lacks an address; `reason` says what is wrong."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """Patroni's `<scope>/failover`: somebody asked for another leader. `revision` is etcd's at its
    last change: whoever takes the leader key empties it at once, so a revision just above an epoch
    says that this leadership was asked for; `pending` that nobody has taken it up yet."""

    revision: int
    pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """One cluster's keys as of one etcd revision, all read in one linearizable transaction."""

    cluster: str
    revision: int
    leader: LeaderKey | None
    members: tuple[MemberRecord | BrokenRecord, ...] = ()
    system_identifier: str | None = None
    paused: bool = False
    failsafe: bool = False
    standby_cluster: bool = False
    crash_moves: bool = False  # Patroni gives the key away where PostgreSQL crashes, at once
    asked: AskedFor | None = None

    def member(self, name: str) -> MemberRecord | BrokenRecord | None:
        """The record of the named member, or None when etcd holds none."""
        return next((m for m in self.members if m.name == name), None)

    def usable(self) -> tuple[MemberRecord, ...]:
        """The records that can be read, in etcd's order."""
        return tuple(m for m in self.members if isinstance(m, MemberRecord))

    def unlisted(self, remembered: Iterable[MemberRecord]) -> tuple[MemberRecord, ...]:
        """Those who are only remembered: listed neither by their name nor, under another one, at their
        address. A member that was renamed is asked once, by the name that it has now."""
        names = {m.name for m in self.usable()}
        places = {m.conn_url for m in self.usable()}
        return tuple(m for m in remembered if m.name not in names and m.conn_url not in places)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestAnswer:
    """The body of Patroni's `GET /patroni`, parsed (shapes: Patroni `api.py`, 3.0 and 4.x)."""

    role: str
    state: str
    scope: str | None = None
    name: str | None = None
    system_identifier: str | None = None
    pg_timeline: int | None = None
    paused: bool = False
    failsafe_active: bool = False
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlAnswer:
    """What PostgreSQL itself says of being writable. `read_only` is transaction_read_only."""

    in_recovery: bool
    read_only: bool
    system_identifier: str | None = None
    pg_timeline: int | None = None

    @property
    def writable(self) -> bool:
        """True where a transaction could write right now."""
        return not self.in_recovery and not self.read_only


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlRefused:
    """PostgreSQL answered but did not let the probe in (SQLSTATE 28*, 3D000, 53300)."""

    sqlstate: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlStarting:
    """PostgreSQL answered that it cannot serve yet (SQLSTATE 57P03)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotProbed:
    """No monitoring role is configured, so nobody asked PostgreSQL."""

    reason: str = "no monitoring role is configured"


SqlClaim = SqlAnswer | SqlRefused | SqlStarting | NotProbed | Unknown
RestClaim = RestAnswer | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMember:
    """What a member that does not hold the key says of being writable."""

    name: str
    sql: SqlClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Everything gathered about one cluster within one deadline.

    `before` and `after` are the key before and after the probes; a leadership that changed in
    between shows as two epochs. `rest` and `sql` are the answers of the member the key names,
    None while nobody holds it. `remembered` are members that led or followed before, whether etcd
    still lists them or not: the record of a member whose Patroni died is gone, its PostgreSQL may
    not be.
    """

    cluster: str
    scope: str
    before: ClusterView | Unknown
    rest: RestClaim | None = None
    sql: SqlClaim | None = None
    after: LeaderKey | Unknown | None = None
    others: tuple[OtherMember, ...] = ()
    remembered: tuple[MemberRecord, ...] = ()


_WORDS = re.compile("[A-Za-z][A-Za-z0-9 _-]{0,59}")


def is_words(value: object) -> bool:
    """Whether a role or a state could be one of Patroni's: what stands there goes into sentences, and
    whoever answers in Patroni's place may say anything."""
    return isinstance(value, str) and _WORDS.fullmatch(value) is not None


LAST_TIMELINE = 2**32 - 1
"""PostgreSQL counts its timelines in 32 bits, from 1."""


def pg_timeline_of(value: object) -> int | None:
    """A timeline as JSON tells it; None for what no PostgreSQL can be on."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= LAST_TIMELINE else None

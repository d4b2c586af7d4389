"""What may follow from evidence: five verdicts, closed, so that nobody forgets one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from jobs.claims import MemberRecord
from jobs.fence import Fence

VerdictKind = Literal["confirmed", "not-yet", "contradicted", "standby", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leadership:
    """A proven leader: its member record, the fence it leads under, and the replicas' records."""

    member: str
    fence: Fence
    record: MemberRecord
    others: tuple[MemberRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The only verdict that lets anything be changed. `stale` names further writable primaries; `paused`
    that Patroni is: then it is a person who decides who takes writes."""

    kind: ClassVar[VerdictKind] = "confirmed"
    leadership: Leadership
    reason: str
    notes: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Nobody leads yet, or the leader is still promoting: look again."""

    kind: ClassVar[VerdictKind] = "not-yet"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradicted:
    """The key and its holder disagree: act on nothing, alert."""

    kind: ClassVar[VerdictKind] = "contradicted"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """The whole cluster follows another one: nothing to do, quietly."""

    kind: ClassVar[VerdictKind] = "standby"
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undetermined:
    """The verdict "unknown": somebody could not be asked. Act on nothing, alert, keep looking.

    `from_here`: only this worker may be unable to reach the leader; another one should try.
    """

    kind: ClassVar[VerdictKind] = "unknown"
    reason: str
    from_here: bool = False


Verdict = Confirmed | NotYet | Contradicted | Standby | Undetermined

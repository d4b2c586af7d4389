"""What is remembered of a cluster between two jobs; Redis keeps it, these values are its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from jobs.claims import MemberRecord
from jobs.fence import Fence
from jobs.remote import HOLDS
from jobs.turns import Hold, Turn
from jobs.verdict import Leadership

FOLLOWS, LANDED, WAITING, LATE = "follows", "landed", "waiting", "late"
"""How a NodeBalancer stands: it leads to the leader and to nobody else; a login lands there, but it
is not the only backend up yet; not even that yet; longer than the inventory allows (with a fence
where a login lands nevertheless)."""

ISOLATED, SPARED = "isolated", "spared"
"""How a stale member stands: what its cluster's policy wants was done and looked at; or it need not,
or must not be touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An open incident. `verdict` is the last one's kind, `leadership` the newest proven one,
    `verified` when it was last proven and `since` when it first was.

    Instants are seconds since 1970 by Redis TIME. `alarms` names what was already said loudly,
    so that it is said once. `seen_epoch` is the newest epoch that etcd showed, proven or not, and
    `seen_at` when it was first seen. `leaderless` is since when nobody holds the key, or None.
    `turns` are the last leaders, `hold` what is held back of the newest one's return.
    """

    id: str
    cluster: str
    opened: float
    verdict: str
    reason: str = ""
    before: str | None = None
    leadership: Leadership | None = None
    verified: float | None = None
    since: float | None = None
    epochs: tuple[int, ...] = ()
    alarms: tuple[str, ...] = ()
    seen_epoch: int | None = None
    seen_at: float | None = None
    leaderless: float | None = None
    turns: tuple[Turn, ...] = ()
    hold: Hold | None = None

    @property
    def fence(self) -> Fence | None:
        """The fence of the newest proven leadership."""
        return None if self.leadership is None else self.leadership.fence


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRecord:
    """What is known of one target: a host, a NodeBalancer, a DNS record. `fence` is what it held at its last answer; `epoch` and `attempt`
    number that answer, and a lower pair never overwrites a higher one."""

    epoch: int
    attempt: int
    outcome: str
    fence: Fence | None = None
    reason: str = ""
    remedy: str = ""
    at: float = 0.0
    seconds: float = 0.0
    next_try: float | None = None
    restarted: tuple[str, ...] = ()

    def holds(self, fence: Fence) -> bool:
        """True where the target is known to follow the leadership of this fence."""
        return self.fence == fence and (self.outcome in HOLDS or self.outcome == FOLLOWS)

    def above(self, fence: Fence) -> bool:
        """True where the target is known to hold a higher epoch of the same PostgreSQL."""
        held = self.fence
        return held is not None and held.system == fence.system and held.epoch > fence.epoch

    def lets_through(self, fence: Fence) -> bool:
        """True for a NodeBalancer through which a login has landed on this fence's leader."""
        return self.fence == fence and self.outcome in {LANDED, FOLLOWS, LATE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A target given to a job. `beat` is the last sign of life, by Redis TIME, in seconds;
    `started` is False while the job still waits in its queue."""

    epoch: int
    attempt: int
    job: str
    beat: float
    started: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """An operator's hold: nothing is repointed until `until` (seconds since 1970)."""

    why: str
    until: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The last concluded leadership, when it was proven, its incident's number, and the last leaders."""

    leadership: Leadership | None = None
    verified: float | None = None
    number: int = 0
    turns: tuple[Turn, ...] = ()

    @property
    def fence(self) -> Fence | None:
        """The fence that every target held when the last incident ended."""
        return None if self.leadership is None else self.leadership.fence

    @property
    def member(self) -> str | None:
        """Who led when the last incident ended."""
        return None if self.leadership is None else self.leadership.member


MOST_REMEMBERED = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterState:
    """Everything remembered of one cluster as of `now` (Redis TIME, seconds). `hosts` and
    `assignments` are by target; `asked` and `ending` are the respond and the conclude that were
    enqueued and have not begun."""

    cluster: str
    now: float
    incident: Incident | None = None
    settled: Settled = field(default_factory=Settled)
    hosts: Mapping[str, HostRecord] = field(default_factory=dict)
    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    pause: Pause | None = None
    flight: str | None = None
    asked: str | None = None
    ending: str | None = None

    def remembered(self) -> tuple[MemberRecord, ...]:
        """Members known from the last leaderships, newest first, each once; a bounded number, since
        a member that was removed for good is never told to us."""
        known = [i.leadership for i in (self.incident, self.settled) if i is not None]
        records = (r for one in known if one is not None for r in (one.record, *one.others))
        newest: dict[str, MemberRecord] = {}
        for record in records:
            newest.setdefault(record.name, record)
        return tuple(newest.values())[:MOST_REMEMBERED]

    def paused(self) -> bool:
        """True while an operator's hold lasts."""
        return self.pause is not None and self.now < self.pause.until


T = TypeVar("T", Incident, HostRecord, Assignment, Pause, Settled)


def dump(value: Incident | HostRecord | Assignment | Pause | Settled) -> str:
    """The JSON a value is kept as."""
    return json.dumps(asdict(value), separators=(",", ":"), ensure_ascii=False)


def load(kind: type[T], text: str) -> T:
    """Read what `dump` wrote."""
    raw: dict[str, Any] = json.loads(text)
    if raw.get("fence") is not None:
        raw["fence"] = Fence(**raw["fence"])
    if raw.get("leadership") is not None:
        raw["leadership"] = _leadership(raw["leadership"])
    if "turns" in raw:
        raw["turns"] = tuple(Turn(**turn) for turn in raw["turns"])
    if raw.get("hold") is not None:
        raw["hold"] = Hold(**{**raw["hold"], "stays": tuple(raw["hold"]["stays"])})
    for name in ("epochs", "alarms", "restarted"):
        if name in raw:
            raw[name] = tuple(raw[name])
    return kind(**raw)


def _leadership(raw: Mapping[str, Any]) -> Leadership:
    return Leadership(
        member=raw["member"],
        fence=Fence(**raw["fence"]),
        record=MemberRecord(**raw["record"]),
        others=tuple(MemberRecord(**other) for other in raw["others"]),
    )

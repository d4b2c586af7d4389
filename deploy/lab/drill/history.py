"""What happened in a drill, as values: the invariants are decided from this and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.lab.stir import Stir
from jobs.anchor import Anchor
from jobs.audit import Entry
from jobs.fence import Fence

UNREAD = "could not be read"
"""How a place begins that was to be searched and did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leadership:
    """One stay of a member under the leader key, as an etcd watch of the drill's own saw it."""

    member: str
    address: str
    epoch: int
    since: float
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """One fault that was injected: `fault` is its kind's name, `on` whom it struck (machines, processes,
    members), `healed` when it was healed, or None."""

    fault: str
    title: str
    at: float
    healed: float | None = None
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command of pgbaton that an operator typed: when, how it ended, and all that it said."""

    words: tuple[str, ...]
    at: float
    code: int
    said: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """A time through which a member took writes whenever it was asked, as PostgreSQL itself said."""

    member: str
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One customer's attempt. `result`: acknowledged, failed or unknown; `member` is the address
    of the PostgreSQL that acknowledged it, on its `pg_timeline`."""

    id: str
    host: str
    sent: float
    ended: float
    result: str
    member: str | None = None
    pg_timeline: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """One start of a shop: when, and the DB_HOST it read."""

    at: float
    db_host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostHistory:
    """One managed host. `file` and `running` are DB_HOST at the end, in `.env` and in the running
    shop (None: did not answer); `fences` every fence its journal held, in order; `behind` the
    address of the NodeBalancer that it points at, None for a host at the leader; `stirs` what others
    than pgbaton did to its shop; `sells` False for a light host, which takes no orders."""

    name: str
    file: str | None
    running: str | None
    behind: str | None = None
    boots: tuple[Boot, ...] = ()
    fences: tuple[Fence, ...] = ()
    stirs: tuple[Stir, ...] = ()
    sells: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessage:
    """One message as Slack holds it at the end: `ts` is its name and its place in time, `thread` the
    name of the message above it (None for a root), `key` what its writer called it for ever, `text`
    every word that people see of it."""

    ts: str
    thread: str | None
    key: str
    text: str

    @property
    def at(self) -> float:
        """When it was posted, in seconds since 1970."""
        return float(self.ts)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHeard:
    """One alert that the on-call tool took: `status` is the end of its type, `entry` the number of the
    entry that it comes from, `genuine` whether its signature was right, `at` when it came."""

    id: str
    status: str
    incident: str | None
    entry: int | None
    genuine: bool
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leap:
    """So many `seconds` passed at once, `at` an instant, by the clock that entries are told by."""

    at: float = math.inf
    seconds: float = 0.0

    def undone(self, told: float) -> float:
        """An instant by that clock, as everybody else's had it."""
        return told - self.seconds if told >= self.at + self.seconds else told


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A whole drill. Instants are seconds since 1970 of the machine's one clock; those of entries are
    Redis', which may have made a `leap`: `told_at` is when one was told by the machine's.

    `injected` is what the nemesis did, `marks` the instants that a disaster gave a name to, `fault` the
    one from which seconds count;
    `writable` is when each member was first seen to take writes after the fault, by name, and `writing`
    every time through which one did; `counter` who orders through the NodeBalancer over a connection of its own each time;
    `entries` is the cluster's trail, `intake` that of what belongs to no cluster; `lost` are entries that
    stood in the cluster's trail once and do not any more; `typed` what an operator typed meanwhile;
    `stored` the ids in the leader's table at the end; `accepted` the ids that the webhook answered
    with 202, by its access log; `anchors` what is noted of the trail in etcd; `slack`, `alerts` and
    `beats` (instants by who gave a sign of life) what was told outside, `channel` Slack's as its double shows it; `secrets` what must show nowhere; `places` every text that was
    searched, by its name; `profile` names Patroni's timing; `risen` when the lab was up, 0 where whoever tells was there from the start; `ended` pgbaton's own processes that do not live at the end;
    `neighbours` the histories of other clusters of the same lab, by name.
    """

    fault: float
    leaderships: tuple[Leadership, ...]
    injected: tuple[Injected, ...] = ()
    marks: Mapping[str, float] = field(default_factory=dict)
    writable: Mapping[str, float] = field(default_factory=dict)
    writing: tuple[Writing, ...] = ()
    orders: tuple[Order, ...] = ()
    stored: frozenset[str] = frozenset()
    hosts: tuple[HostHistory, ...] = ()
    unmanaged: str | None = None
    counter: str | None = None
    entries: tuple[Entry, ...] = ()
    intake: tuple[Entry, ...] = ()
    lost: tuple[Entry, ...] = ()
    typed: tuple[Typed, ...] = ()
    accepted: frozenset[str] = frozenset()
    anchors: tuple[Anchor, ...] = ()
    slack: tuple[SlackMessage, ...] = ()
    alerts: tuple[AlertHeard, ...] = ()
    channel: Mapping[str, Any] = field(default_factory=lambda: {"threads": []}, repr=False)
    beats: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    places: Mapping[str, str] = field(default_factory=dict, repr=False)
    risen: float = 0.0
    profile: str = "lab"
    ended: tuple[str, ...] = ()
    neighbours: Mapping[str, History] = field(default_factory=dict)
    leap: Leap = field(default_factory=Leap)

    @property
    def leader(self) -> Leadership | None:
        """Who led at the end."""
        last = self.leaderships[-1] if self.leaderships else None
        return last if last is not None and last.until is None else None

    @property
    def before(self) -> Leadership | None:
        """Who led when the fault struck, or last before it."""
        led = [one for one in self.leaderships if one.since <= self.fault]
        return led[-1] if led else None

    @property
    def after(self) -> Leadership | None:
        """The first leadership since the fault."""
        return next((one for one in self.leaderships if one.since > self.fault), None)

    def later(self, since: float | None = None) -> tuple[Entry, ...]:
        """The trail's entries since an instant; else since the fault."""
        at = self.fault if since is None else since
        return tuple(entry for entry in self.entries if self.told_at(entry) > at)

    def told_at(self, entry: Entry) -> float:
        """When an entry was made, by the machine's clock."""
        return self.leap.undone(entry.at / 1e6)

    @property
    def shops(self) -> tuple[HostHistory, ...]:
        """The managed hosts that take orders."""
        return tuple(host for host in self.hosts if host.sells)

    @property
    def managed(self) -> tuple[Order, ...]:
        """The orders that count: those of the host left to itself do not."""
        return tuple(o for o in self.orders if o.host != self.unmanaged)

    @property
    def acknowledged(self) -> tuple[Order, ...]:
        return tuple(o for o in self.managed if o.result == "acknowledged")

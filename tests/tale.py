"""Incidents made by hand: entries of a real chain at instants that a test chooses, without a world around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.audit import Draft, Entry, Head, Kind, Span
from jobs.fence import Fence
from jobs.story import Story, fold
from tests.fakes.ledger_parts import Chain

START = 1_795_633_200.0
"""When every tale begins, in seconds since 1970: 2026-11-25 19:00:00 UTC."""

FENCE = Fence(system="7301", pg_timeline=2, epoch=20)


@dataclass(slots=True, kw_only=True)
class Tale:
    """One incident of cluster `shop`, told fact by fact; `at` is in seconds after START."""

    incident: str = "shop-7"
    chain: Chain = field(default_factory=Chain)

    @property
    def entries(self) -> list[Entry]:
        return self.chain.entries

    @property
    def story(self) -> Story:
        told = fold(self.entries, self.incident)
        assert told is not None, "the tale never opened"
        return told

    def tell(
        self,
        at: float,
        kind: Kind,
        *,
        seconds: float | None = None,
        own: bool = True,
        **evidence: Any,
    ) -> Tale:
        """Append one entry."""
        number = len(self.entries) + 1
        draft = Draft(
            id=f"tale:{number}",
            kind=kind,
            incident=self.incident if own else None,
            seconds=seconds,
            evidence=evidence,
        )
        self.chain.append([draft], at=round((START + at) * 1e6))
        return self

    def event(
        self, at: float, type_: str, data: Mapping[str, Any], *, sender: str = "watch"
    ) -> Tale:
        return self.tell(at, Kind.EVENT, own=False, type=type_, sender=sender, data=dict(data))

    def key(self, at: float, member: str | None, *, epoch: int = 20) -> Tale:
        """The watch hears who holds the leader's key."""
        return self.event(
            at, "pgbaton.etcd.leader", {"member": member, "epoch": epoch if member else None}
        )

    def opened(self, at: float, *, before: str | None = "pg1", why: str = "a new epoch") -> Tale:
        return self.tell(at, Kind.OPENED, before=before, why=why)

    def verdict(
        self, at: float, verdict: str, reason: str, *, member: str | None = None, epoch: int = 20
    ) -> Tale:
        fence = {"system": "7301", "pg_timeline": epoch // 10, "epoch": epoch}
        known: dict[str, Any] = {"member": member, "fence": fence} if verdict == "confirmed" else {}
        return self.tell(at, Kind.VERDICT, verdict=verdict, reason=reason, **known)

    def planned(self, at: float, *targets: str) -> Tale:
        return self.tell(at, Kind.PLANNED, hosts=list(targets))

    def host(
        self,
        at: float,
        host: str,
        *,
        seconds: float = 0.4,
        outcome: str = "changed",
        restarted: Sequence[str] = ("store",),
        reason: str = "",
        remedy: str = "",
        member: str = "pg2",
    ) -> Tale:
        return self.tell(
            at,
            Kind.HOST,
            seconds=seconds,
            host=host,
            outcome=outcome,
            member=member,
            restarted=list(restarted),
            reason=reason,
            remedy=remedy,
        )

    def balancer(
        self, at: float, *, outcome: str, seconds: float | None = None, **more: Any
    ) -> Tale:
        about = {"balancer": "front", "member": "pg2", "reason": "", **more}
        return self.tell(at, Kind.BALANCER, seconds=seconds, outcome=outcome, **about)

    def alarm(self, at: float, reason: str, remedy: str = "") -> Tale:
        return self.tell(at, Kind.ALARM, reason=reason, remedy=remedy)

    def acknowledged(self, at: float, by: str, note: str) -> Tale:
        return self.tell(at, Kind.ACKNOWLEDGED, by=by, note=note)

    def concluded(self, at: float, seconds: float, reason: str = "every target follows") -> Tale:
        return self.tell(at, Kind.CONCLUDED, seconds=seconds, reason=reason)


@dataclass(slots=True, kw_only=True)
class ToldTrail:
    """A jobs.ports.ReadTrail of one tale."""

    tale: Tale

    def entries(self, cluster: str, *, after: int = 0, upto: int | None = None) -> list[Entry]:
        return [e for e in self.tale.entries if e.seq > after and (upto is None or e.seq <= upto)]

    def head(self, cluster: str) -> Head:
        newest = self.tale.entries[-1]
        return Head(seq=newest.seq, hash=newest.hash, at=newest.at)

    def heads(self, clusters: Sequence[str]) -> Mapping[str, Head]:
        return {cluster: self.head(cluster) for cluster in clusters}

    def spans(self, cluster: str, *, count: int, before: int | None = None) -> list[Span]:
        known = [s for s in self.tale.chain.spans.values() if before is None or s.first < before]
        return known[::-1][:count]

    def span(self, cluster: str, incident: str) -> Span | None:
        return self.tale.chain.spans.get(incident)


def failover() -> Tale:
    """A machine lost, two hosts, a balancer that takes its time; concluded after 39 s."""
    tale = Tale().event(0, "pgbaton.node.status", NODE, sender="probe")
    tale.key(1.4, None).opened(1.9, why="nobody holds the leader key")
    tale.verdict(1.9, "not-yet", "nobody holds the leader key").key(20.7, "pg2")
    tale.verdict(21.0, "not-yet", "pg2 is still promoting")
    tale.verdict(21.6, "confirmed", "pg2 leads, and takes writes", member="pg2")
    tale.planned(21.6, "web1", "web2").planned(21.6, "nodebalancer:front")
    tale.host(22.4, "web1", seconds=0.71).host(
        24.9, "web2", seconds=3.1, outcome="failed", restarted=(), reason="the check said 502"
    )
    tale.acknowledged(26, "dba", "I am looking at web2")
    tale.host(31.2, "web2", seconds=1.2, outcome="resumed")
    tale.balancer(38.8, outcome="follows", seconds=17.2)
    return tale.concluded(39.0, 37.1)


NODE = {"balancer": "front", "address": "10.0.0.1:5433", "member": "pg1", "status": "DOWN"}


def switchover() -> Tale:
    """A planned one: 0.3 s from the first sign to the end."""
    tale = Tale().key(0, None).key(0.06, "pg2").opened(0.08)
    tale.verdict(0.12, "confirmed", "pg2 leads, and takes writes", member="pg2")
    tale.planned(0.12, "web1", "web2").host(0.21, "web1", seconds=0.08)
    return tale.host(0.29, "web2", seconds=0.11).concluded(0.3, 0.22)


def seven_hours() -> Tale:
    """One host is away for seven hours; everybody else follows at once."""
    tale = Tale().key(0, None).opened(0.4, why="nobody holds the leader key")
    tale.verdict(0.4, "not-yet", "nobody holds the leader key").key(18.2, "pg2")
    tale.verdict(18.6, "confirmed", "pg2 leads, and takes writes", member="pg2")
    tale.planned(18.6, "web1", "web2").host(19.3, "web1")
    lost: dict[str, Any] = {
        "outcome": "unreachable",
        "restarted": (),
        "reason": "web2 does not answer",
    }
    for at in (24, 60):
        tale.host(at, "web2", seconds=5, **lost)
    tale.alarm(60, "web2 is left behind: it does not answer", "look whether it runs")
    for at in (130, 300):
        tale.host(at, "web2", seconds=5, **lost)
    tale.acknowledged(420, "dba", "The rack has no power; the provider is on it")
    for at in (650, 7 * 3600 - 900, 7 * 3600 - 600, 7 * 3600 - 300):
        tale.host(at, "web2", seconds=5, **lost)
    return tale.host(7 * 3600, "web2").concluded(7 * 3600 + 0.2, 7 * 3600 - 0.2)


def fifty(*, failing: int = 3) -> Tale:
    """Fifty hosts, of which the last few fail at first."""
    tale = Tale().key(0, None).opened(0.4, why="nobody holds the leader key")
    tale.verdict(0.4, "not-yet", "nobody holds the leader key").key(12.2, "pg2")
    tale.verdict(12.6, "confirmed", "pg2 leads, and takes writes", member="pg2")
    names = [f"web{n:02}" for n in range(1, 51)]
    tale.planned(12.6, *names[:25]).planned(12.6, *names[25:])
    for number, name in enumerate(names[: 50 - failing]):
        tale.host(13 + number * 0.025, name, seconds=0.4)
    for number, name in enumerate(names[50 - failing :]):
        tale.host(
            14 + number,
            name,
            outcome="failed",
            restarted=(),
            reason="the check said 502",
            seconds=1,
        )
    for number, name in enumerate(names[50 - failing :]):
        tale.host(20 + number / 4, name, seconds=0.6)
    return tale.concluded(30, 29.6)


def etcd_gone() -> Tale:
    """etcd has no quorum for ten minutes; nothing is moved, and it is still open."""
    tale = Tale().opened(0, why="etcd cannot be asked")
    tale.verdict(0, "unknown", "etcd has no quorum")
    return tale.alarm(60, "etcd has no quorum for 60 s", "look at etcd1, etcd2, etcd3")

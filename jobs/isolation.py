"""Whom to isolate and by which steps, purely: the one place that may say "this member must not take writes"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.host import Mission
from jobs.inventory import Inventory, Isolation, Target, parse_target
from jobs.verdict import Confirmed, Leadership, Verdict


class Spared(StrEnum):
    """Why a member is left alone."""

    OFF = "its cluster's isolation is off"
    UNPROVEN = "no leader is confirmed"
    MOVED = "another leadership is proven by now"
    PAUSED = "Patroni is paused: who takes writes is decided by hand"
    LEADS = "it leads"
    WELL = "it accepts writes no longer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Let a NodeBalancer (the inventory's id) give the member no more connections."""

    balancer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stop the member's PostgreSQL."""


Step = Reject | Stop


def to_isolate(
    verdict: Verdict, isolation: Isolation, *, suspects: Collection[str] = ()
) -> tuple[str, ...]:
    """The members that a verdict asks to isolate, as targets of jobs; and `suspects`, whom nobody has
    asked yet: their job does, and spares who takes no writes."""
    stale = verdict.stale if isinstance(verdict, Confirmed) else ()
    return tuple(
        str(Target(kind="member", name=member))
        for member in dict.fromkeys((*stale, *suspects))
        if spared(verdict, member, isolation) in {None, Spared.WELL}
    )


def spared(
    verdict: Verdict, member: str, isolation: Isolation, *, fence: Fence | None = None
) -> Spared | None:
    """Why a member is left alone; None where it must be isolated. `fence`: the leadership that it was
    given to a job under. Never the leader, never without a confirmed one, never while Patroni is paused."""
    if isolation.policy == "off":
        return Spared.OFF
    if not isinstance(verdict, Confirmed):
        return Spared.UNPROVEN
    if fence is not None and verdict.leadership.fence != fence:
        return Spared.MOVED
    if verdict.paused:
        return Spared.PAUSED
    if member == verdict.leadership.member:
        return Spared.LEADS
    return None if member in verdict.stale else Spared.WELL


def steps(inventory: Inventory, cluster: str) -> Sequence[Step]:
    """All that the policy wants, the gentlest first. Of NodeBalancers only those whose modes pgbaton
    sets: whoever rejects must be the one to accept again."""
    policy = inventory.clusters[cluster].isolation.policy
    if policy == "off":
        return ()
    rejects = [
        Reject(balancer=name)
        for name, table in inventory.nodebalancers.items()
        if table.cluster == cluster and table.modes == "enforce"
    ]
    return (*rejects, Stop()) if policy == "stop" else tuple(rejects)


def asked(targets: Iterable[str], verdict: Confirmed, *, incident: str | None) -> Iterator[Draft]:
    """That stale members are to be isolated: told once under a leadership, by whoever finds it first."""
    leadership = verdict.leadership
    for member in (parse_target(target).name for target in targets):
        if member in verdict.stale:
            key = f"{leadership.fence}:asked"
            yield _entry(member, "asked", key, leadership, incident=incident)


def entry_of(
    member: str,
    outcome: str,
    key: str,
    mission: Mission,
    *,
    seconds: float | None = None,
    **more: Any,
) -> Draft:
    """What a job says of a member; a key is told once."""
    leadership, incident = mission.leadership, mission.incident
    return _entry(member, outcome, key, leadership, incident=incident, seconds=seconds, **more)


def _entry(
    member: str,
    outcome: str,
    key: str,
    leadership: Leadership,
    *,
    incident: str | None,
    seconds: float | None = None,
    **more: Any,
) -> Draft:
    told = {"member": member, "outcome": outcome, "leader": leadership.member}
    return Draft(
        id=f"{Target(kind='member', name=member)}:{key}",
        kind=Kind.ISOLATION,
        incident=incident,
        seconds=seconds,
        evidence={**told, "fence": asdict(leadership.fence), **more},
    )

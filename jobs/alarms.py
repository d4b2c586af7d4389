"""What somebody should see, said once an incident: without it, a held-up failover would look like a slow one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.inventory import Target, parse_target
from jobs.remote import HOLDS, Outcome
from jobs.state import FOLLOWS, ISOLATED, LATE, SPARED, ClusterState, HostRecord, Incident
from jobs.verdict import Confirmed

LEADERLESS = (10, 60, 600, 3600)
"""Seconds without a leader after which it is said once more."""

GAVE_WAY = frozenset({ISOLATED, SPARED, "superseded", "busy", "gone"})
"""Ends of an isolation that are no failure by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What is said, and what would lift it; `key` tells it from what was said before."""

    key: str
    reason: str
    remedy: str


def raised(
    incident: Incident, alarms: Iterable[Alarm], *, claims: Mapping[str, Any]
) -> tuple[Incident, list[Draft]]:
    """The incident with what it now said loudly, and the entries, with the evidence of that look; what
    was said before is not."""
    drafts = []
    for alarm in alarms:
        if alarm.key not in incident.alarms:
            incident = replace(incident, alarms=(*incident.alarms, alarm.key))
            drafts.append(_draft(incident, alarm, claims))
    return incident, drafts


def _draft(incident: Incident, alarm: Alarm, claims: Mapping[str, Any]) -> Draft:
    return Draft(
        id=f"{incident.id}:alarm:{alarm.key}",
        kind=Kind.ALARM,
        incident=incident.id,
        evidence={"reason": alarm.reason, "remedy": alarm.remedy, "claims": claims},
    )


def two_primaries(verdict: Confirmed) -> Iterator[Alarm]:
    """Each further member that accepts writes, once an epoch."""
    member, epoch = verdict.leadership.member, verdict.leadership.fence.epoch
    for stale in verdict.stale:
        yield Alarm(
            key=f"two-primaries:{stale}:{epoch}",
            reason=f"two writable primaries: {stale} accepts writes while {member} leads",
            remedy=f"stop PostgreSQL on {stale}, or start Patroni there so that it demotes",
        )


def not_isolated(state: ClusterState, verdict: Confirmed) -> Iterator[Alarm]:
    """Each stale member that could not be isolated and takes writes still, once for each way in which
    that fails. One that gave way, or that somebody else has in hand, has not failed."""
    epoch = verdict.leadership.fence.epoch
    for stale in verdict.stale:
        record = state.hosts.get(str(Target(kind="member", name=stale)))
        if record is None or record.epoch < epoch or record.outcome in GAVE_WAY:
            continue
        yield Alarm(
            key=f"isolation:{stale}:{record.epoch}:{record.outcome}",
            reason=f"{stale} could not be isolated ({record.outcome}): {record.reason}",
            remedy=record.remedy or f"stop PostgreSQL on {stale} by hand",
        )


def paused(state: ClusterState, verdict: Confirmed) -> Iterator[Alarm]:
    """An operator's hold that keeps hosts from a new leader, once an epoch."""
    if state.paused() and state.pause is not None:
        yield Alarm(
            key=f"paused:{verdict.leadership.fence.epoch}",
            reason=f"paused by {state.pause.by} ({state.pause.why}): hosts are left as they are",
            remedy=f"pgbaton resume {state.cluster}",
        )


def left_behind(state: ClusterState, fence: Fence, hosts: Iterable[str]) -> Iterator[Alarm]:
    """Targets that failed and are nobody's, once for each way in which they fail. Who was not tried
    yet under this fence has not failed, not even where its leader was promoted anew under the same
    epoch; nor has who gave way: to another leader, or to a pause, which is said by itself; nor has who
    followed under a higher epoch, which is said of the whole cluster."""
    for host in hosts:
        record = state.hosts.get(host)
        if record is None or record.epoch < fence.epoch or host in state.assignments:
            continue
        if record.outcome in {*HOLDS, FOLLOWS, "superseded"} or (
            record.above(fence) and record.next_try is None
        ):
            continue
        target = parse_target(host)
        way = record.reason if record.outcome == LATE else record.outcome
        yield Alarm(
            key=f"left:{host}:{record.epoch}:{way}",
            reason=f"{target.told} does not follow yet ({record.outcome}): {record.reason}",
            remedy=_remedy(state.cluster, target, record),
        )


def _remedy(cluster: str, target: Target, record: HostRecord) -> str:
    if target.kind != "host":
        return record.remedy or f"pgbaton repoint {cluster}"
    if record.outcome == Outcome.LOWER_FENCE:
        return f"if etcd was restored from a backup: pgbaton reset-fence {cluster} --host {target.name}"
    return record.remedy or f"pgbaton repoint {cluster} --host {target.name}"


def long_leaderless(incident: Incident, *, now: float) -> Iterator[Alarm]:
    """Once for each of the waits that has passed; the longest one speaks."""
    if incident.leaderless is None:
        return
    lasted = now - incident.leaderless
    passed = max((mark for mark in LEADERLESS if lasted >= mark), default=None)
    if passed is not None:
        yield Alarm(
            key=f"leaderless:{incident.leaderless:.0f}:{passed}",
            reason=f"leaderless for {lasted:.0f} s: nobody holds the leader key",
            remedy="see why no member may take it: patronictl list, and each member's Patroni log",
        )

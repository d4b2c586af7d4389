"""What somebody should see, said once an incident: without it, a held-up failover would look like a slow one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jobs.audit import Draft, Kind
from jobs.state import ClusterState, Incident
from jobs.verdict import Confirmed

LEADERLESS = (10, 60, 600, 3600)
"""Seconds without a leader after which it is said once more."""


def held_up(state: ClusterState, verdict: Confirmed) -> Iterator[tuple[str, str, str]]:
    """Key, reason and remedy of what somebody should see."""
    member, epoch = verdict.leadership.member, verdict.leadership.fence.epoch
    for stale in verdict.stale:
        yield (
            f"two-primaries:{stale}:{epoch}",
            f"two writable primaries: {stale} accepts writes while {member} leads",
            f"stop PostgreSQL on {stale}, or start Patroni there so that it demotes",
        )
    if state.paused() and state.pause is not None:
        yield (
            f"paused:{epoch}",
            f"paused by {state.pause.by} ({state.pause.why}): hosts are left as they are",
            f"pgbaton resume {state.cluster}",
        )


def raised(
    incident: Incident, alarms: Iterator[tuple[str, str, str]]
) -> tuple[Incident, list[Draft]]:
    """The incident with what it now said loudly, and the entries; what was said before is not."""
    drafts = []
    for key, reason, remedy in alarms:
        if key not in incident.alarms:
            incident = replace(incident, alarms=(*incident.alarms, key))
            drafts.append(alarm(incident, key, reason=reason, remedy=remedy))
    return incident, drafts


def alarm(incident: Incident, key: str, *, reason: str, remedy: str) -> Draft:
    """An entry that somebody should look at; `key` makes it once an incident."""
    evidence = {"reason": reason, "remedy": remedy}
    return Draft(
        id=f"{incident.id}:alarm:{key}", kind=Kind.ALARM, incident=incident.id, evidence=evidence
    )


def long_leaderless(incident: Incident, *, now: float) -> Iterator[tuple[str, str, str]]:
    """Key, reason and remedy, once for each of the waits that has passed; the longest one speaks."""
    if incident.leaderless is None:
        return
    lasted = now - incident.leaderless
    passed = max((mark for mark in LEADERLESS if lasted >= mark), default=None)
    if passed is not None:
        yield (
            f"leaderless:{incident.leaderless:.0f}:{passed}",
            f"leaderless for {lasted:.0f} s: nobody holds the leader key",
            "see why no member may take it: patronictl list, and Patroni's log on each member",
        )

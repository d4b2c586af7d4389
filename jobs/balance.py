"""A NodeBalancer follows the leader: mended where it drifted, watched until logins through it land there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Unpack

from jobs.audit import Draft, Kind
from jobs.errand import Errand, Order, run
from jobs.follow import SITS_FOR, End, follow
from jobs.inventory import parse_target
from jobs.names import BALANCE
from jobs.state import FOLLOWS, LANDED, LATE, Assignment, HostRecord
from jobs.watch import Watch

LATE_AGAIN, LATE_AT_MOST = 10.0, 60.0
"""Seconds until a balancer that is late is watched again: a tenth of its age, within these."""


def balance(**order: Unpack[Order]) -> str:
    """Watch NodeBalancers follow the incident's leader. Hosts behind one may go as soon as a login
    through its address lands on the leader. Returns a word for RQ's result."""
    return run(BALANCE, watch_all, order)


def watch_all(errand: Errand) -> str:
    """One after the other; hosts that waited for it are given out by the respond that follows."""
    said = ""
    for target, given in errand.mine.items():
        watch = Watch(means=errand.means(), name=parse_target(target).name)
        before = errand.state.hosts.get(target)
        through = before is not None and before.lets_through(watch.fence)
        end = follow(watch, through=through, first=given.attempt == 1)
        errand.done(target, record_of(watch, end, given), *drafts_of(watch, end, before))
        said = end.outcome
    errand.tools.ledger.call(errand.mission.cluster)
    return said


def record_of(watch: Watch, end: End, given: Assignment) -> HostRecord:
    """What is remembered. A balancer that has its time is watched again at once."""
    now = watch.clock.now() - watch.mission.ahead
    return HostRecord(
        epoch=given.epoch,
        attempt=given.attempt,
        outcome=end.outcome,
        fence=watch.fence if end.through else None,
        reason=end.reason,
        remedy=end.remedy,
        at=now,
        seconds=round(watch.means.known_for(), 4),
        next_try=_next_try(end, age=watch.means.known_for(), now=now),
    )


def _next_try(end: End, *, age: float, now: float) -> float | None:
    match end.outcome:
        case "late":
            return now + again(age)
        case "unproven":  # who asks etcd from elsewhere may prove it, over and over
            return now + SITS_FOR
        case _:
            return None


def again(age: float) -> float:
    """Seconds until the next watch of one that has been late for so long: a balancer that stays
    broken for days is not to spend what a token may ask."""
    return min(max(LATE_AGAIN, age / 10), LATE_AT_MOST)


def drafts_of(watch: Watch, end: End, before: HostRecord | None) -> tuple[Draft, ...]:
    """What the trail is told: the first landing, following, and each new reason for being late."""
    match end.outcome:
        case "landed":
            return (watch.draft(LANDED, key="landed"),)
        case "follows":
            return (watch.draft(FOLLOWS, key=f"{watch.means.job}:follows", note=end.note),)
        case "late":
            return tuple(_late(watch, end, before))
        case _:
            return ()


def _late(watch: Watch, end: End, before: HostRecord | None) -> Iterator[Draft]:
    """Once when it begins, once for each further reason. In an incident its conclude raises the alarm;
    in peace there is none, and nobody gets in all the same."""
    why = {"reason": end.reason, "remedy": end.remedy}
    if before is None or before.outcome != LATE:
        yield watch.draft(LATE, key=f"{watch.means.job}:late", **why)
        if watch.mission.incident is None:
            yield _alarm(watch, end)
    elif before.reason != end.reason:
        key = hashlib.sha256(end.reason.encode()).hexdigest()[:12]
        yield watch.draft(LATE, key=f"late:{key}", **why)


def _alarm(watch: Watch, end: End) -> Draft:
    reason = f"NodeBalancer {watch.name} does not lead to {watch.leader}: {end.reason}"
    return Draft(
        id=f"{watch.target}:{watch.means.job}:alarm",
        kind=Kind.ALARM,
        evidence={"reason": reason, "remedy": end.remedy},
    )

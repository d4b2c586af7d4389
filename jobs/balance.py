"""A NodeBalancer follows the leader: mended where it drifted, watched until logins through it land there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from jobs.audit import Draft
from jobs.balancer.found import FoundNode
from jobs.balancer.landing import Astray, Landed, Untried
from jobs.balancer.standing import Wrong, follows, to_knock_at, wrongs
from jobs.errand import Errand, run
from jobs.inventory import parse_target
from jobs.mend import SupersededError, mend, within
from jobs.names import BALANCE
from jobs.ports import LinodeUnavailable
from jobs.state import FOLLOWS, LANDED, LATE, WAITING, Assignment, HostRecord
from jobs.watch import Seen, Sight, Unseen, Watch

SITS_FOR = 5.0
"""Seconds a job watches before it leaves the worker to others; the next respond sends another."""

LOGIN_EVERY = 0.2
STATUS_EVERY = 1.0
"""Seconds between two looks: logins cost little, Linode counts requests."""

UNSEEN_LOGINS = 3
"""Logins in a row that must land on the leader where node status cannot be seen."""

LATE_AGAIN = 10.0
"""Seconds until a balancer that is late is watched again."""

KNOCK_WITHIN = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a balancer stands when a job leaves it; `through` where a login landed on the leader."""

    outcome: str
    through: bool = False
    reason: str = ""
    remedy: str = ""
    note: str = ""


def balance(
    *,
    cluster: str,
    job: str,
    hosts: Sequence[str],
    inventory: str,
    schema: int,
    passed: int = 0,
) -> str:
    """Watch NodeBalancers follow the incident's leader; `hosts` are their targets. Hosts behind one
    may go as soon as a login through its address lands on the leader. Returns a word for RQ's result.
    """
    return run(
        BALANCE,
        watch_all,
        cluster=cluster,
        job=job,
        hosts=hosts,
        inventory=inventory,
        schema=schema,
        passed=passed,
    )


def watch_all(errand: Errand) -> str:
    """One after the other; hosts that waited for it are given out by the respond that follows."""
    said = ""
    for target, given in errand.mine.items():
        watch = Watch(means=errand.means(), name=parse_target(target).name)
        before = errand.state.hosts.get(target)
        end = follow(watch, through=before is not None and before.lets_through(watch.fence))
        errand.done(target, record_of(watch, end, given), *drafts_of(watch, end))
        said = end.outcome
    errand.tools.ledger.call(errand.mission.cluster)
    return said


def follow(watch: Watch, *, through: bool) -> End:
    """Mend and watch, for SITS_FOR seconds at most. `through`: a login landed in an earlier job;
    the first one that does ends this one, since hosts wait for it."""
    if not through and isinstance(watch.login(None), Landed):
        return End(outcome=LANDED, through=True)
    until = watch.clock.monotonic() + SITS_FOR
    try:
        sight = mend(watch)
    except SupersededError:
        return End(outcome="superseded", reason="another member leads now")
    while True:
        end = look(watch, sight)
        if end.outcome == FOLLOWS or (end.through and not through):
            return end
        if watch.clock.monotonic() >= until:
            return overdue(watch, sight, end)
        watch.clock.sleep(STATUS_EVERY if end.through else LOGIN_EVERY)


def look(watch: Watch, sight: Sight) -> End:
    """One login, and where that does not contradict it, node status."""
    landed = watch.login(sight)
    match landed:
        case Astray():
            at = watch.endpoint(sight)
            return End(outcome=WAITING, reason=f"a login through {at} {landed.reason}")
        case Landed() | Untried():
            return _by_status(watch, sight, landed)


def _by_status(watch: Watch, sight: Sight, landed: Landed | Untried) -> End:
    unproven = landed.reason if isinstance(landed, Untried) else ""
    if isinstance(sight, Unseen):
        return _unseen(watch, sight, unproven)
    try:
        nodes = _nodes(watch, sight)
    except LinodeUnavailable as error:
        return _unseen(watch, Unseen(reason=error.reason, remedy=error.remedy), unproven)
    if follows(watch.want, nodes, watch.leader):
        return End(outcome=FOLLOWS, through=True, note=unproven)
    if unproven:
        return End(outcome=WAITING, reason=unproven)
    return End(outcome=LANDED, through=True)


def _unseen(watch: Watch, sight: Unseen, unproven: str) -> End:
    """Without the API, logins alone tell; without logins either, nobody knows."""
    if unproven:
        reason = f"{unproven}; node status not seen: {sight.reason}"
        return End(outcome=WAITING, reason=reason, remedy=sight.remedy)
    for _ in range(UNSEEN_LOGINS - 1):
        watch.clock.sleep(LOGIN_EVERY)
        landed = watch.login(sight)
        if not isinstance(landed, Landed):
            return End(outcome=WAITING, reason=f"a login through its address {landed.reason}")
    note = f"{UNSEEN_LOGINS} logins landed there; node status not seen: {sight.reason}"
    return End(outcome=FOLLOWS, through=True, note=note)


def overdue(watch: Watch, sight: Sight, end: End) -> End:
    """The same end; but where the balancer had its time, with every node that is wrong, and why."""
    if watch.means.known_for() <= watch.table.within:
        return end
    if isinstance(sight, Unseen):
        unseen = f"node status not seen: {sight.reason}"
        known = "" if sight.reason in end.reason else f"; {unseen}"
        return replace(
            end, outcome=LATE, reason=f"{end.reason}{known}", remedy=end.remedy or sight.remedy
        )
    wrong = _wrong(watch, sight)
    parts = [end.reason, *map(str, wrong), sight.hindered]
    remedy = next((w.remedy for w in wrong), end.remedy)
    return replace(end, outcome=LATE, reason="; ".join(filter(None, parts)), remedy=remedy)


def _nodes(watch: Watch, sight: Seen) -> tuple[FoundNode, ...]:
    """The nodes as Linode shows them now."""
    return watch.balancers.nodes(sight.balancer.id, sight.config, timeout=within(watch))


def _wrong(watch: Watch, sight: Seen) -> tuple[Wrong, ...]:
    try:
        nodes = _nodes(watch, sight)
    except LinodeUnavailable:
        nodes = sight.config.nodes
    path = watch.table.check_path
    knocks = {
        member.member: watch.balancers.knock(member.address, path, timeout=KNOCK_WITHIN)
        for member in to_knock_at(watch.want, nodes, watch.leader)
    }
    return wrongs(watch.want, nodes, watch.leader, knocks)


def record_of(watch: Watch, end: End, given: Assignment) -> HostRecord:
    """What is remembered. Only a balancer that is late waits until it is watched again."""
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
        next_try=now + LATE_AGAIN if end.outcome == LATE else None,
    )


def drafts_of(watch: Watch, end: End) -> tuple[Draft, ...]:
    """What the trail is told: the first landing, following, and each new reason for being late."""
    match end.outcome:
        case "landed":
            return (watch.draft(LANDED, key="landed"),)
        case "follows":
            return (watch.draft(FOLLOWS, key=f"{watch.means.job}:follows", note=end.note),)
        case "late":
            key = hashlib.sha256(end.reason.encode()).hexdigest()[:12]
            why = {"reason": end.reason, "remedy": end.remedy}
            return (watch.draft(LATE, key=f"late:{key}", **why),)
        case _:
            return ()

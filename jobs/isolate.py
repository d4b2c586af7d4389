"""A stale primary is kept from taking writes, where the inventory wants that: a job of its own, so that no host waits for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Unpack

from jobs.alarms import raised, two_primaries
from jobs.audit import Draft
from jobs.claims import Claims
from jobs.errand import Errand, Order, run
from jobs.evidence import of_claims
from jobs.exile import End, Exile, banish
from jobs.host import bug_of
from jobs.inventory import Isolation, Target, parse_target
from jobs.isolation import Spared, asked, entry_of, spared, steps
from jobs.look import look_at_everyone
from jobs.means import SupersededError
from jobs.names import ISOLATE
from jobs.outcome import backoff
from jobs.ports import LedgerUnavailable
from jobs.state import ISOLATED, SPARED, Assignment, HostRecord
from jobs.verdict import Confirmed

AGAIN = 10.0
"""Seconds after which a member that takes writes once more is isolated once more: somebody starts it."""


def isolate(**order: Unpack[Order]) -> str:
    """Isolate the stale members that this job was given. Returns a word for RQ's result."""
    return run(ISOLATE, isolate_all, order)


def isolate_all(errand: Errand) -> str:
    """One after the other."""
    word, clock = "", errand.tools.clock
    for target, given in errand.mine.items():
        began, exile = clock.monotonic(), exile_of(errand, parse_target(target).name)
        end = leave(errand, exile)
        seconds = round(clock.monotonic() - began, 4)
        drafts = [draft_of(exile, end, seconds)] if _worth(errand, exile, end) else []
        errand.done(target, record_of(exile, end, given, seconds), *drafts)
        word = end.outcome
    errand.tools.ledger.call(errand.mission.cluster)
    return word


def exile_of(errand: Errand, member: str) -> Exile:
    """A member, and where it was last known to listen: its record leaves etcd with its Patroni."""
    known = (*errand.mission.leadership.others, *errand.state.remembered())
    record = next((r for r in known if r.name == member), None)
    ledger, cluster = errand.tools.ledger, errand.state.cluster
    return Exile(
        means=errand.means(),
        members=errand.tools.members,
        member=member,
        record=record,
        turn=errand.job if _was_done(errand, member) else str(errand.mission.leadership.fence),
        paused=lambda: ledger.state(cluster).paused(),
    )


def leave(errand: Errand, exile: Exile) -> End:
    """Look once more, then take every step of the policy. Raises LedgerUnavailable alone."""
    try:
        why = _looked(errand, exile)
        if why is not None:
            return End(outcome=SPARED, reason=str(why))
        return banish(exile, steps(errand.tools.inventory, exile.cluster))
    except SupersededError as error:
        return End(outcome=error.outcome, reason=error.reason, remedy=error.remedy)
    except LedgerUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - else it would be taken over, and fail, without end
        bug = bug_of(error)
        return End(outcome=bug.kind, reason=bug.reason, remedy=bug.remedy)


def _looked(errand: Errand, exile: Exile) -> Spared | None:
    """Why it is spared. What held when the job was made may be over: a Patroni that was started has it
    demoted by now. One that is not is said loudly, before anything is done."""
    tools, cluster = errand.tools, exile.cluster
    claims, verdict = look_at_everyone(tools, cluster=cluster, state=errand.state)
    isolation, fence = _isolation(errand), exile.means.mission.leadership.fence
    why = spared(verdict, exile.member, isolation, fence=fence)
    if why is None and isinstance(verdict, Confirmed):
        for draft in _loud(errand, exile, verdict, claims):
            exile.means.tell(draft)
    return why


def _isolation(errand: Errand) -> Isolation:
    return errand.tools.inventory.clusters[errand.state.cluster].isolation


def _loud(errand: Errand, exile: Exile, verdict: Confirmed, claims: Claims) -> Iterator[Draft]:
    """The alarm and the entry that a look of another job would tell, by the same ids."""
    incident = errand.state.incident
    if incident is not None:
        yield from raised(incident, two_primaries(verdict), claims=of_claims(claims))[1]
    target = str(Target(kind="member", name=exile.member))
    yield from asked([target], verdict, incident=exile.means.mission.incident)


def _worth(errand: Errand, exile: Exile, end: End) -> bool:
    """Of a former leader that takes no writes, which is as it should be, nobody need hear; of one that
    was said to take some, they do. Nor of what was told already: who is rejected, and takes writes by
    another way, is looked at every ten seconds."""
    if end.outcome == ISOLATED:
        return end.anew or not _was_done(errand, exile.member)
    if end.outcome != SPARED:
        return True
    incident, epoch = errand.state.incident, exile.means.mission.leadership.fence.epoch
    return incident is not None and f"two-primaries:{exile.member}:{epoch}" in incident.alarms


def _was_done(errand: Errand, member: str) -> bool:
    """True where the last job under this leadership ended well: the same step now is another one."""
    record = errand.state.hosts.get(str(Target(kind="member", name=member)))
    return record is not None and record.fence == errand.mission.leadership.fence


def record_of(exile: Exile, end: End, given: Assignment, seconds: float) -> HostRecord:
    mission = exile.means.mission
    now = exile.means.hands.clock.now() - mission.ahead
    return HostRecord(
        epoch=given.epoch,
        attempt=given.attempt,
        outcome=end.outcome,
        fence=mission.leadership.fence if end.outcome == ISOLATED else None,
        reason=end.reason,
        remedy=end.remedy,
        at=now,
        seconds=seconds,
        next_try=now + (AGAIN if end.outcome == ISOLATED else backoff(given.attempt)),
    )


def draft_of(exile: Exile, end: End, seconds: float) -> Draft:
    """An isolation is told once a job, a failure once for each reason: one that nobody mends is tried
    every minute."""
    mission, why = exile.means.mission, {"reason": end.reason, "remedy": end.remedy}
    digest = hashlib.sha256(f"{end.outcome} {end.reason}".encode()).hexdigest()[:12]
    fence = mission.leadership.fence
    key = f"{exile.means.job}:end" if end.outcome == ISOLATED else f"{fence}:{digest}"
    did = list(end.did)
    return entry_of(exile.member, end.outcome, key, mission, seconds=seconds, did=did, **why)

"""What a round of `respond` comes to, purely: from memory and verdict to one step for the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jobs.alarms import held_up, long_leaderless, raised
from jobs.audit import Draft, Kind
from jobs.evidence import of_verdict
from jobs.fence import Fence
from jobs.remote import HOLDS
from jobs.state import Assignment, ClusterState, HostRecord, Incident, Settled
from jobs.verdict import Confirmed, NotYet, Standby, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a decision needs besides memory and verdict: the hosts in order, how many a job takes,
    how long a silent job counts as alive, which jobs still wait, a source of fresh job ids, and the
    epoch that etcd showed."""

    hosts: tuple[str, ...]
    chunk: int
    take_over: float
    waiting: frozenset[str]
    fresh_job: Callable[[], str]
    round_id: str
    epoch: int | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to write down and set going. All empty: nothing to do, nothing to say."""

    drafts: tuple[Draft, ...] = ()
    incident: Incident | None = None
    settled: Settled | None = None
    assign: Mapping[str, Assignment] = field(default_factory=dict)
    conclude: bool = False

    @property
    def empty(self) -> bool:
        """True where the ledger need not be touched."""
        return not (self.drafts or self.incident or self.settled or self.assign or self.conclude)


def decide(state: ClusterState, verdict: Verdict, ground: Ground) -> Step:
    """One round's step. Only a confirmed verdict assigns hosts; everything else is said and kept."""
    match verdict:
        case Confirmed():
            return _confirmed(state, verdict, ground)
        case Standby():
            return _standby(state, verdict, ground)
        case _:
            return _alert(state, verdict, ground)


def _alert(state: ClusterState, verdict: Verdict, ground: Ground) -> Step:
    """Act on nothing; open an incident, or say in the open one what has changed."""
    incident = state.incident or _opened(state, verdict)
    told = _seen(
        replace(
            incident,
            verdict=verdict.kind,
            reason=verdict.reason,
            leaderless=_leaderless(incident, verdict, ground, now=state.now),
        ),
        ground,
        now=state.now,
    )
    told, alarms = raised(told, long_leaderless(told, now=state.now))
    if told == state.incident:
        return Step()
    same = (incident.verdict, incident.reason) == (verdict.kind, verdict.reason)
    if state.incident is not None and same:
        return Step(drafts=tuple(alarms), incident=told)
    said = (*_opening(state, incident), _verdict(told, verdict, ground), *alarms)
    return Step(drafts=said, incident=told)


def _leaderless(
    incident: Incident, verdict: Verdict, ground: Ground, *, now: float
) -> float | None:
    if not isinstance(verdict, NotYet) or ground.epoch is not None:
        return None
    return now if incident.leaderless is None else incident.leaderless


def _seen(incident: Incident, ground: Ground, *, now: float) -> Incident:
    if ground.epoch is None or ground.epoch == incident.seen_epoch:
        return incident
    return replace(incident, seen_epoch=ground.epoch, seen_at=now)


def _standby(state: ClusterState, verdict: Standby, ground: Ground) -> Step:
    if state.incident is None:
        return Step()
    told = replace(state.incident, verdict=verdict.kind, reason=verdict.reason)
    number = state.settled.number + 1
    ended = Draft(
        id=f"{told.id}:concluded",
        kind=Kind.CONCLUDED,
        incident=told.id,
        seconds=state.now - told.opened,
        evidence=of_verdict(verdict),
    )
    return Step(
        drafts=(_verdict(told, verdict, ground), ended),
        settled=replace(state.settled, number=number),
    )


def _confirmed(state: ClusterState, verdict: Confirmed, ground: Ground) -> Step:
    fence = verdict.leadership.fence
    if state.incident is None and state.settled.fence == fence and not verdict.stale:
        return _repair(state, fence, ground)
    incident = state.incident or _opened(state, verdict)
    moved = _lead(incident, verdict, now=state.now)
    drafts = list(_opening(state, incident))
    if state.incident is None or (incident.verdict, incident.fence) != ("confirmed", fence):
        drafts.append(_verdict(moved, verdict, ground))
    moved, alarms = raised(moved, held_up(state, verdict))
    drafts += alarms
    if state.paused():
        return Step(drafts=tuple(drafts), incident=moved)
    assign = _assign(state, fence, ground)
    drafts += _planned(state, assign, fence=fence, incident=moved.id)
    conclude = not assign and not missing(state, fence, ground.hosts)
    return Step(drafts=tuple(drafts), incident=moved, assign=assign, conclude=conclude)


def _repair(state: ClusterState, fence: Fence, ground: Ground) -> Step:
    """No incident, but hosts that are new, drifted or came back: give them work, quietly."""
    if state.paused():
        return Step()
    assign = _assign(state, fence, ground)
    return Step(drafts=tuple(_planned(state, assign, fence=fence, incident=None)), assign=assign)


def missing(state: ClusterState, fence: Fence, hosts: Sequence[str]) -> tuple[str, ...]:
    """The hosts that are not known to hold the fence."""
    return tuple(h for h in hosts if not _holds(state.hosts.get(h), fence))


def _holds(record: HostRecord | None, fence: Fence) -> bool:
    return record is not None and record.fence == fence and record.outcome in HOLDS


def _assign(state: ClusterState, fence: Fence, ground: Ground) -> dict[str, Assignment]:
    due = [h for h in missing(state, fence, ground.hosts) if _due(state, h, fence, ground)]
    chunks = [due[i : i + ground.chunk] for i in range(0, len(due), ground.chunk)]
    given: dict[str, Assignment] = {}
    for chunk in chunks:
        job = ground.fresh_job()
        for host in chunk:
            given[host] = Assignment(
                epoch=fence.epoch,
                attempt=attempt_of(state, host, fence) + 1,
                job=job,
                beat=state.now,
            )
    return given


def attempt_of(state: ClusterState, host: str, fence: Fence) -> int:
    """The number of the last attempt to bring a host to this epoch, begun or ended; 0 for none.

    A record of a higher epoch counts too: after an etcd restore epochs begin anew, and a host that
    refuses them is not to be tried for the first time again and again.
    """
    numbers = [
        known.attempt
        for known in (state.hosts.get(host), state.assignments.get(host))
        if known is not None and known.epoch >= fence.epoch
    ]
    return max(numbers, default=0)


def _due(state: ClusterState, host: str, fence: Fence, ground: Ground) -> bool:
    given = state.assignments.get(host)
    if given is not None and given.epoch == fence.epoch:
        return not alive(given, now=state.now, take_over=ground.take_over, waiting=ground.waiting)
    record = state.hosts.get(host)
    return record is None or not waits(record, fence, now=state.now)


def waits(record: HostRecord, fence: Fence, *, now: float) -> bool:
    """True while a host that failed under this fence, or refused it, is left alone."""
    return record.epoch >= fence.epoch and record.next_try is not None and now < record.next_try


def alive(given: Assignment, *, now: float, take_over: float, waiting: frozenset[str]) -> bool:
    """True while the job that holds a host beats, or still waits in its queue."""
    return now - given.beat < take_over or given.job in waiting


def _planned(
    state: ClusterState, assign: Mapping[str, Assignment], *, fence: Fence, incident: str | None
) -> Iterator[Draft]:
    taken = {h: state.assignments[h] for h in assign if _left(state, h, fence)}
    for job in dict.fromkeys(a.job for a in taken.values()):
        hosts = [h for h, a in taken.items() if a.job == job]
        silent = state.now - max(a.beat for a in taken.values() if a.job == job)
        yield Draft(
            id=f"taken-over:{job}",
            kind=Kind.TAKEN_OVER,
            incident=incident,
            seconds=silent,
            evidence={"job": job, "hosts": hosts},
        )
    for job in dict.fromkeys(a.job for a in assign.values()):
        given = {h: a.attempt for h, a in assign.items() if a.job == job}
        yield Draft(
            id=f"planned:{job}",
            kind=Kind.PLANNED,
            incident=incident,
            evidence={"job": job, "fence": str(fence), "hosts": given},
        )


def _left(state: ClusterState, host: str, fence: Fence) -> bool:
    given = state.assignments.get(host)
    return given is not None and given.epoch == fence.epoch


def _opened(state: ClusterState, verdict: Verdict) -> Incident:
    number = state.settled.number + 1
    return Incident(
        id=f"{state.cluster}-{number}",
        cluster=state.cluster,
        opened=state.now,
        verdict=verdict.kind,
        reason=verdict.reason,
        before=state.settled.member,
    )


def _opening(state: ClusterState, incident: Incident) -> tuple[Draft, ...]:
    if state.incident is not None:
        return ()
    evidence = {"before": incident.before, "why": incident.reason}
    return (
        Draft(
            id=f"{incident.id}:opened", kind=Kind.OPENED, incident=incident.id, evidence=evidence
        ),
    )


def _lead(incident: Incident, verdict: Confirmed, *, now: float) -> Incident:
    fence = verdict.leadership.fence
    epochs = incident.epochs if fence.epoch in incident.epochs else (*incident.epochs, fence.epoch)
    return replace(
        incident,
        verdict=verdict.kind,
        reason=verdict.reason,
        leadership=verdict.leadership,
        verified=now,
        epochs=epochs,
        leaderless=None,
    )


def _verdict(incident: Incident, verdict: Verdict, ground: Ground) -> Draft:
    return Draft(
        id=f"{ground.round_id}:verdict",
        kind=Kind.VERDICT,
        incident=incident.id,
        evidence={**of_verdict(verdict), "claims": ground.claims},
    )

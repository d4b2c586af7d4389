"""Which targets are nobody's and need work: take-over, retry and a returning host are one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.audit import Draft, Kind
from jobs.fence import Fence
from jobs.inventory import Isolation, parse_target
from jobs.names import REPOINT, job_for
from jobs.state import LANDED, WAITING, Assignment, ClusterState, HostRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a decision needs besides memory and verdict: the targets in order, how many hosts a job
    takes, how long a silent job counts as alive, which jobs still wait, a source of fresh ids for
    jobs of a kind, and the epoch and revision that etcd showed. `worker` looked, for `took` seconds,
    after those that had `tried` in vain. `isolation` is what becomes of a stale primary."""

    targets: tuple[str, ...]
    chunk: int
    take_over: float
    waiting: frozenset[str]
    fresh_job: Callable[[str], str]
    round_id: str
    epoch: int | None = None
    revision: int | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)
    worker: str = ""
    took: float | None = None
    tried: tuple[str, ...] = ()
    isolation: Isolation = field(default_factory=Isolation)


def missing(state: ClusterState, fence: Fence, targets: Sequence[str]) -> tuple[str, ...]:
    """The targets that are not known to hold the fence."""
    return tuple(
        t for t in targets if (held := state.hosts.get(t)) is None or not held.holds(fence)
    )


def shut(state: ClusterState, fence: Fence, target: str) -> bool:
    """True for a host behind a NodeBalancer that does not lead to the leader yet: to restart it now
    would only connect it to the old one again."""
    gate = parse_target(target).gate
    if gate is None:
        return False
    held = state.hosts.get(gate)
    return held is None or not held.lets_through(fence)


def under_way(state: ClusterState, fence: Fence, target: str) -> bool:
    """True for a NodeBalancer that has not followed yet and still has time, for who waits for it, and
    for who was not tried yet under this fence: left, but not left behind."""
    record = state.hosts.get(target)
    if record is None or record.epoch < fence.epoch:
        return True
    return record.outcome in {LANDED, WAITING} or shut(state, fence, target)


def assign_due(state: ClusterState, fence: Fence, ground: Ground) -> dict[str, Assignment]:
    due = [t for t in missing(state, fence, ground.targets) if _due(state, t, fence, ground)]
    given: dict[str, Assignment] = {}
    for chunk in _chunks(due, ground.chunk):
        job = ground.fresh_job(job_for(chunk[0]))
        for host in chunk:
            given[host] = Assignment(
                epoch=fence.epoch,
                attempt=attempt_of(state, host, fence) + 1,
                job=job,
                beat=state.now,
            )
    return given


def _chunks(due: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Hosts share a job; a NodeBalancer or a DNS record, which may take its time, has its own."""
    hosts = [t for t in due if parse_target(t).kind == "host"]
    yield from (hosts[i : i + size] for i in range(0, len(hosts), size))
    yield from ([t] for t in due if t not in hosts)


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
    if shut(state, fence, host):
        return False
    given = state.assignments.get(host)
    if given is not None and given.epoch == fence.epoch:
        return not alive(given, now=state.now, take_over=ground.take_over, waiting=ground.waiting)
    record = state.hosts.get(host)
    return record is None or not (record.above(fence) or waits(record, fence, now=state.now))


def waits(record: HostRecord, fence: Fence, *, now: float) -> bool:
    """True while a host that failed under this fence, or refused it, is left alone."""
    return record.epoch >= fence.epoch and record.next_try is not None and now < record.next_try


def alive(given: Assignment, *, now: float, take_over: float, waiting: frozenset[str]) -> bool:
    """True while the job that holds a host beats, or still waits in its queue."""
    return now - given.beat < take_over or given.job in waiting


def planned(
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
            id=_planned_id(job, tuple(given), fence),
            kind=Kind.PLANNED,
            incident=incident,
            evidence={"job": job, "fence": str(fence), "hosts": given},
        )


def _planned_id(job: str, targets: tuple[str, ...], fence: Fence) -> str:
    """A NodeBalancer, or a DNS record that Linode does not let be written, takes one job after another;
    that it is their turn is told once."""
    alone = job_for(targets[0]) != REPOINT
    return f"planned:{targets[0]}:{fence}" if alone else f"planned:{job}"


def _left(state: ClusterState, host: str, fence: Fence) -> bool:
    given = state.assignments.get(host)
    return given is not None and given.epoch == fence.epoch

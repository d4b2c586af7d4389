"""What every job does that was given targets: see which are still its own, and tell how each ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NotRequired, TypedDict

from jobs.audit import Draft
from jobs.flapping import RESTS
from jobs.host import Hands, Mission
from jobs.means import Means
from jobs.ports import LedgerUnavailable
from jobs.state import Assignment, ClusterState, HostRecord
from jobs.tools import Tools, equipped
from jobs.verdict import Leadership

AWAY = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two tries to report a target while Redis cannot be reached."""

Mine = Mapping[str, Assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a job was given, and the mission it goes on: targets that are still its own, and what was
    remembered of the cluster when it set out."""

    tools: Tools
    job: str
    state: ClusterState
    mine: Mine
    mission: Mission

    def means(self) -> Means:
        """What a NodeBalancer or a DNS record takes."""
        tools, cluster = self.tools, self.state.cluster
        return Means(
            hands=hands_of(tools),
            mission=self.mission,
            job=self.job,
            tell=lambda draft: tell(tools, cluster, draft),
            lease=lambda name, seconds: tools.ledger.lease(name, self.job, seconds=seconds),
            balancers=tools.balancers,
            records=tools.records,
        )

    def done(self, target: str, record: HostRecord, *drafts: Draft) -> None:
        """One target's end."""
        kept = newest(record, self.state.hosts.get(target))
        report(self.tools, self.state.cluster, self.job, {target: kept}, *drafts)


class Order(TypedDict):
    """What RQ calls such a job with: the targets are `hosts`, whatever their kind."""

    cluster: str
    job: str
    hosts: Sequence[str]
    inventory: str
    schema: int
    passed: NotRequired[int]


def run(function: str, work: Callable[[Errand], str], order: Order) -> str:
    """A job from its order to its word for RQ: `work` is called with what is still to be done.

    A target that is no longer assigned to the job is left alone: somebody else has it.
    """
    tools, cluster, job, hosts = equipped(), order["cluster"], order["job"], list(order["hosts"])
    made = (order["inventory"], order["schema"])
    arguments = {"cluster": cluster, "job": job, "hosts": hosts}
    if tools.passes_on(function, arguments, made=made, passed=order.get("passed", 0)):
        return "requeued"
    state, mine = take_up(tools, cluster, job, hosts)
    if not mine:
        return "superseded"
    with tools.heart.beating(cluster, job, tuple(mine)):
        mission = mission_of(tools, state, epoch=max(a.epoch for a in mine.values()))
        if isinstance(mission, str):
            return give_up(tools, state.cluster, job, mine, why=mission)
        return work(Errand(tools=tools, job=job, state=state, mine=mine, mission=mission))


def take_up(
    tools: Tools, cluster: str, job: str, targets: Sequence[str]
) -> tuple[ClusterState, Mine]:
    """A first sign of life, and those of the targets that are still assigned to this job."""
    tools.ledger.beat(cluster, job, targets)
    state = tools.ledger.state(cluster)
    # Who left the inventory, or this cluster, is nobody's any more.
    known = [t for t in targets if tools.inventory.follows(cluster, t)]
    return state, {
        t: a for t in known if (a := state.assignments.get(t)) is not None and a.job == job
    }


def hands_of(tools: Tools) -> Hands:
    """The few ports that one host's road needs."""
    return Hands(
        inventory=tools.inventory,
        witness=tools.witness,
        hosts=tools.hosts,
        clock=tools.clock,
        reads=tools.reads,
    )


def mission_of(tools: Tools, state: ClusterState, *, epoch: int) -> Mission | str:
    """The proven leadership these targets were assigned for, or why they are left alone now."""
    ahead, known = tools.clock.now() - state.now, state.incident or state.settled
    if known.leadership is None or known.leadership.fence.epoch != epoch:
        return "the leadership is no longer proven"
    if state.paused():
        return "paused by an operator"
    if state.incident is not None and state.incident.verdict == "contradicted":
        return f"the leader is contradicted now: {state.incident.reason}"
    return Mission(
        cluster=state.cluster,
        leadership=known.leadership,
        incident=state.incident.id if state.incident is not None else None,
        verified=(known.verified or 0.0) + ahead,
        since=_since(state) + ahead,
        ahead=ahead,
        held=held_of(state),
    )


def held_of(state: ClusterState) -> Mapping[str, Leadership]:
    """The targets that hold the leadership that was last settled."""
    settled = state.settled.leadership
    if settled is None:
        return {}
    hold = (target for target, one in state.hosts.items() if one.fence == settled.fence)
    return dict.fromkeys(hold, settled)


def _since(state: ClusterState) -> float:
    known = state.settled.verified if state.incident is None else state.incident.since
    return known or 0.0


def give_up(tools: Tools, cluster: str, job: str, mine: Mine, *, why: str) -> str:
    """Leave the targets to whoever comes next; a word for RQ's result."""
    hosts = tools.ledger.state(cluster).hosts
    left = {
        target: newest(_gave_way(given, why), hosts.get(target)) for target, given in mine.items()
    }
    report(tools, cluster, job, left)
    tools.ledger.call(cluster)
    return "superseded"


def _gave_way(given: Assignment, why: str) -> HostRecord:
    return HostRecord(epoch=given.epoch, attempt=given.attempt, outcome="superseded", reason=why)


def newest(record: HostRecord, before: HostRecord | None) -> HostRecord:
    """Numbered so that it counts although epochs went back (an etcd restore): else the failure
    would be forgotten, and its target tried again at every tick. Who gave way before it touched a
    target leaves it at the fence that it held."""
    if before is None:
        return record
    record = replace(record, epoch=max(record.epoch, before.epoch))
    if record.outcome == "superseded" and before.outcome in RESTS:
        return replace(record, fence=before.fence)
    return record


def tell(tools: Tools, cluster: str, draft: Draft) -> None:
    """Append one entry, as patiently as a report."""
    _patiently(tools, lambda: tools.ledger.append(cluster, [draft]))


def report(
    tools: Tools, cluster: str, job: str, records: Mapping[str, HostRecord], *drafts: Draft
) -> None:
    """What was done is told even if Redis was away meanwhile: nobody else could tell it."""
    _patiently(tools, lambda: tools.ledger.report(cluster, job, records, drafts))


def _patiently(tools: Tools, step: Callable[[], None]) -> None:
    for pause in AWAY:
        try:
            step()
        except LedgerUnavailable:
            tools.clock.sleep(pause)
        else:
            return
    step()

"""Hosts follow the leader: read, plan, ask the epoch once more, swap; each host for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from jobs.audit import Draft
from jobs.host import Hands, Mission, move
from jobs.names import REPOINT
from jobs.outcome import draft_of, record_of
from jobs.ports import LedgerUnavailable
from jobs.state import Assignment, ClusterState, HostRecord
from jobs.tools import Tools, equipped

AWAY = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two tries to report a host while Redis cannot be reached."""


def repoint(
    *,
    cluster: str,
    job: str,
    hosts: Sequence[str],
    inventory: str,
    schema: int,
    passed: int = 0,
) -> str:
    """Bring up to 25 hosts to the incident's leader, all at once; report each as it ends.

    A host that is no longer assigned to `job` is left alone: somebody else has it. Returns a word
    for RQ's result.
    """
    tools = equipped()
    arguments = {"cluster": cluster, "job": job, "hosts": list(hosts)}
    if tools.passes_on(REPOINT, arguments, made=(inventory, schema), passed=passed):
        return "requeued"
    tools.ledger.beat(cluster, job, hosts)
    state = tools.ledger.state(cluster)
    known = [h for h in hosts if h in tools.inventory.hosts]  # who left it is nobody's any more
    mine = {h: a for h in known if (a := state.assignments.get(h)) is not None and a.job == job}
    if not mine:
        return "superseded"
    with tools.heart.beating(cluster, job, tuple(mine)):
        return _move_all(tools, job=job, state=state, mine=mine)


def _move_all(
    tools: Tools, *, job: str, state: ClusterState, mine: Mapping[str, Assignment]
) -> str:
    mission = _mission(tools, state, epoch=max(a.epoch for a in mine.values()))
    if isinstance(mission, str):
        left = {h: _given_up(a, why=mission) for h, a in mine.items()}
        _report(tools, state.cluster, job, left)
        tools.ledger.call(state.cluster)
        return "superseded"
    hands = Hands(
        inventory=tools.inventory, witness=tools.witness, hosts=tools.hosts, clock=tools.clock
    )
    for host, result in tools.fleet.each(tuple(mine), partial(move, hands, mission)):
        record = record_of(result, given=mine[host], now=tools.clock.now() - mission.ahead)
        draft = draft_of(record, result, host=host, mission=mission, job=job)
        kept = _newest(record, state.hosts.get(host))
        _report(tools, state.cluster, job, {host: kept}, draft)
        if record.outcome == "superseded":
            tools.ledger.call(state.cluster)
    return "done"


def _newest(record: HostRecord, before: HostRecord | None) -> HostRecord:
    """Numbered so that it counts although epochs went back (an etcd restore): else the failure
    would be forgotten, and its host tried again at every tick."""
    return record if before is None else replace(record, epoch=max(record.epoch, before.epoch))


def _report(
    tools: Tools, cluster: str, job: str, records: Mapping[str, HostRecord], *drafts: Draft
) -> None:
    """What was done is told even if Redis was away meanwhile: nobody else could tell it."""
    for pause in AWAY:
        try:
            tools.ledger.report(cluster, job, records, drafts)
        except LedgerUnavailable:
            tools.clock.sleep(pause)
        else:
            return
    tools.ledger.report(cluster, job, records, drafts)


def _mission(tools: Tools, state: ClusterState, *, epoch: int) -> Mission | str:
    """The proven leadership these hosts were assigned for, or why they are left alone now."""
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
        ahead=ahead,
    )


def _given_up(given: Assignment, *, why: str) -> HostRecord:
    return HostRecord(epoch=given.epoch, attempt=given.attempt, outcome="superseded", reason=why)

"""Hosts follow the leader: read, plan, ask the epoch once more, swap; each host for itself."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial

from jobs.audit import Draft, Kind
from jobs.claims import LeaderKey, MemberRecord, SqlAnswer, Unknown
from jobs.inventory import Inventory
from jobs.names import REPOINT
from jobs.plan import Blocked, HostPlan, plan_host, read_request
from jobs.ports import Clock, HostHand, LedgerUnavailable, Witness
from jobs.remote import HOLDS, HostFailure, Outcome, ReadReply, SwapReply
from jobs.state import Assignment, ClusterState, HostRecord
from jobs.tools import Tools, equipped
from jobs.verdict import Leadership

READ_WITHIN = 10.0
SWAP_WITHIN = 20.0
"""Seconds a swap may take besides the application's own commands, restarts and checks."""

TRIES = 3
"""Reads a job makes of a host whose files change under its hands."""

AWAY = (0.5, 1.0, 2.0, 4.0)
"""Seconds between two tries to report a host while Redis cannot be reached."""

WITHDRAWN = frozenset({"contradicted", "standby"})
"""Verdicts that take back an earlier one: what was planned under it is not begun any more."""

VERDICT_GOOD_FOR = 10.0
"""Seconds a verdict stands in for an etcd that cannot be asked (nobody gains leadership without it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mission:
    """What all hosts of one job have in common: where to, and since when that is known, by this
    worker's own clock, which is `ahead` of Redis' by so many seconds (negative: behind)."""

    cluster: str
    leadership: Leadership
    incident: str | None
    verified: float
    ahead: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """The few ports a host needs; the operator's inline repoint brings the same ones without Redis."""

    inventory: Inventory
    witness: Witness
    hosts: HostHand
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one host ended. `failure` is set where it was not asked, or could not be planned."""

    reply: SwapReply | HostFailure | Blocked
    seconds: float
    note: str = ""


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
    if state.incident is not None and state.incident.verdict in WITHDRAWN:
        return f"the leader is {state.incident.verdict} now: {state.incident.reason}"
    return Mission(
        cluster=state.cluster,
        leadership=known.leadership,
        incident=state.incident.id if state.incident is not None else None,
        verified=(known.verified or 0.0) + ahead,
        ahead=ahead,
    )


def move(hands: Hands, mission: Mission, host: str) -> Result:
    """One host's whole road: never raises, and ends in a result that says what to do."""
    began = hands.clock.monotonic()
    notes: list[str] = []
    try:
        reply = _tries(hands, mission, host, notes)
    except Exception as error:  # noqa: BLE001 - one host's bug must not keep the others from reporting
        reply = _bug(error)
    return Result(reply=reply, seconds=hands.clock.monotonic() - began, note="; ".join(notes))


def _tries(
    hands: Hands, mission: Mission, host: str, notes: list[str]
) -> SwapReply | HostFailure | Blocked:
    reply = _try(hands, mission, host, notes)
    for _ in range(TRIES - 1):
        if not (isinstance(reply, SwapReply) and reply.outcome is Outcome.FILE_CHANGED):
            break
        reply = _try(hands, mission, host, notes)
    return reply


def _bug(error: Exception) -> HostFailure:
    """Names the place, never the message: that could hold a line of somebody's file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return HostFailure(
        kind="bug",
        reason=f"{type(error).__name__} at {place}",
        remedy="this is a mistake in pgbaton; repoint the host by hand and report it",
    )


def _try(
    hands: Hands, mission: Mission, host: str, notes: list[str]
) -> SwapReply | HostFailure | Blocked:
    plan = plan_now(hands, mission, host)
    if not isinstance(plan, HostPlan):
        return plan
    apps = hands.inventory.applications_of(mission.cluster, host)
    own = sum(
        len(a.after) * a.after_timeout + len(a.services) * a.restart_timeout + a.check_timeout
        for a in apps
    )
    reply = hands.hosts.swap(
        hands.inventory.hosts[host],
        plan.request,
        timeout=SWAP_WITHIN + own,
        confirm=partial(still_leads, hands, mission, notes),
    )
    return _held_back(reply, notes)


def _held_back(reply: SwapReply | HostFailure, notes: Sequence[str]) -> SwapReply | HostFailure:
    """Tells a leader who changed from one who only could not be proven once more."""
    if not (isinstance(reply, HostFailure) and reply.kind == "superseded" and notes):
        return reply
    remedy = "bring etcd back; the host is tried again"
    return replace(reply, kind="unproven", reason=notes[-1], remedy=remedy)


def plan_now(hands: Hands, mission: Mission, host: str) -> HostPlan | HostFailure | Blocked:
    """What this host needs, from what it says now; changes nothing."""
    request = read_request(hands.inventory, cluster=mission.cluster, host=host)
    reply = hands.hosts.read(hands.inventory.hosts[host], request, timeout=READ_WITHIN)
    if not isinstance(reply, ReadReply):
        return reply
    return plan_host(
        hands.inventory,
        cluster=mission.cluster,
        host=host,
        leadership=mission.leadership,
        reply=reply,
    )


def still_leads(hands: Hands, mission: Mission, notes: list[str]) -> bool:
    """The look right before a mutation. Without etcd, a young verdict and a fresh probe suffice."""
    key = hands.witness.leader(mission.cluster, timeout=1.0)
    if not isinstance(key, Unknown):
        notes.clear()
        return isinstance(key, LeaderKey) and key.epoch == mission.leadership.fence.epoch
    age = hands.clock.now() - mission.verified
    blind = f"etcd could not be asked ({key.reason})"
    if age > VERDICT_GOOD_FOR:
        notes[:] = [f"{blind}, and a verdict {age:.1f} s old is too old to stand in"]
        return False
    if not _writes(hands, mission.cluster, mission.leadership.record):
        notes[:] = [f"{blind}, and {mission.leadership.member} was not proven writable"]
        return False
    notes[:] = [f"{blind}; a verdict {age:.1f} s old and a fresh SQL probe stood in"]
    return True


def _writes(hands: Hands, cluster: str, record: MemberRecord) -> bool:
    answer = hands.witness.writable(cluster, record, timeout=1.0)
    return isinstance(answer, SqlAnswer) and answer.writable


def _given_up(given: Assignment, *, why: str) -> HostRecord:
    return HostRecord(epoch=given.epoch, attempt=given.attempt, outcome="superseded", reason=why)


def backoff(attempt: int) -> float:
    """Seconds until a failed host is tried again: 1, 2, 4 … 60."""
    return float(min(2 ** max(attempt - 1, 0), 60))


def record_of(result: Result, *, given: Assignment, now: float) -> HostRecord:
    """What to remember of a host's end. A failure says when it is tried again."""
    blank = HostRecord(
        epoch=given.epoch,
        attempt=given.attempt,
        outcome="failed",
        at=now,
        seconds=round(result.seconds, 4),
    )
    later = now + backoff(given.attempt)
    match result.reply:
        case SwapReply() as reply:
            return replace(
                blank,
                outcome=str(reply.outcome),
                fence=reply.fence,
                reason=reply.reason,
                remedy=reply.remedy,
                restarted=reply.restarted,
                next_try=None if reply.outcome in HOLDS else later,
            )
        case HostFailure() as failure:
            return replace(
                blank,
                outcome=failure.kind,
                reason=failure.reason,
                remedy=failure.remedy,
                next_try=later,
            )
        case Blocked() as blocked:
            return replace(
                blank,
                outcome="blocked",
                reason=f"{blocked.where}: {blocked.reason}",
                remedy=blocked.remedy,
                next_try=later,
            )


def draft_of(record: HostRecord, result: Result, *, host: str, mission: Mission, job: str) -> Draft:
    """The audit entry of one host's end; `stages` are the host's own seconds."""
    kind = Kind.SUPERSEDED if record.outcome == "superseded" else Kind.HOST
    evidence = {
        "host": host,
        "outcome": record.outcome,
        "fence": asdict(mission.leadership.fence),
        "member": mission.leadership.member,
        "attempt": record.attempt,
        "restarted": list(record.restarted),
        "reason": record.reason,
        "remedy": record.remedy,
        "note": result.note,
        "stages": dict(result.reply.seconds) if isinstance(result.reply, SwapReply) else {},
    }
    return Draft(
        id=f"{job}:{host}",
        kind=kind,
        incident=mission.incident,
        seconds=record.seconds,
        evidence=evidence,
    )

"""Level, not edge: what is true against what was applied, so that a lost event costs only time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from jobs.assign import alive, missing, shut, waits
from jobs.audit import Draft, Kind
from jobs.claims import ClusterView, Unknown
from jobs.fence import Standing
from jobs.host import Hands, Mission, plan_now
from jobs.look import look_at_everyone
from jobs.names import RECONCILE
from jobs.plan import Blocked, HostPlan
from jobs.remote import HostFailure
from jobs.respond import LEASE, land, write_round
from jobs.state import ClusterState
from jobs.tools import Tools, equipped
from jobs.verdict import Confirmed, Leadership


class Due(StrEnum):
    """Why the clock asks for a respond."""

    ETCD = "etcd cannot be asked"
    LEADERLESS = "nobody holds the leader key"
    EPOCH = "the epoch is not the one that was applied"
    UNSETTLED = "an incident is open"
    LEFT = "a job went silent"
    TARGETS = "targets do not hold the newest fence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a silent job counts as alive, and which jobs still wait in their queue."""

    take_over: float
    waiting: frozenset[str] = frozenset()


def due(
    view: ClusterView | Unknown, state: ClusterState, targets: Collection[str], pace: Pace
) -> Due | None:
    """Why a cluster needs a look now, or None. Pure: truth, memory and the inventory's targets in."""
    if state.flight is not None:
        return None
    return _untrue(view, state) or _unfinished(state, targets, pace)


def _untrue(view: ClusterView | Unknown, state: ClusterState) -> Due | None:
    if isinstance(view, Unknown):
        return Due.ETCD
    if view.leader is None:
        return Due.LEADERLESS
    known = (state.incident or state.settled).fence
    return Due.EPOCH if known is None or known.epoch != view.leader.epoch else None


def _unfinished(state: ClusterState, targets: Collection[str], pace: Pace) -> Due | None:
    if not state.paused() and any(
        not alive(a, now=state.now, take_over=pace.take_over, waiting=pace.waiting)
        for a in state.assignments.values()
    ):
        return Due.LEFT
    if _waits(state, targets):
        return Due.TARGETS
    return Due.UNSETTLED if state.incident is not None and not state.assignments else None


def _waits(state: ClusterState, targets: Collection[str]) -> bool:
    """True where a target that lacks the fence is nobody's, and its next try has come."""
    known = (state.incident or state.settled).fence
    if known is None or state.paused():
        return False
    return any(
        target not in state.assignments
        and not shut(state, known, target)
        and ((held := state.hosts.get(target)) is None or not waits(held, known, now=state.now))
        for target in missing(state, known, tuple(targets))
    )


def reconcile(*, cluster: str, flight: str, inventory: str, schema: int, passed: int = 0) -> str:
    """Ask every member whether it is writable, and read every host's own files against the settled
    leadership; a stale primary opens an incident, what drifted is forgotten.

    Changes no host: a host that is forgotten is brought back by the next respond. Returns a word
    for RQ's result.
    """
    tools = equipped()
    arguments = {"cluster": cluster, "flight": flight}
    if tools.passes_on(RECONCILE, arguments, made=(inventory, schema), passed=passed):
        return "requeued"
    if cluster not in tools.inventory.clusters:
        return "unknown-cluster"
    state = tools.ledger.state(cluster)
    if state.settled.leadership is None or state.incident is not None:
        return "not-settled"
    if stale_primary(tools, state=state, flight=flight):
        return "two-primaries"
    return _forget_drifted(tools, state, state.settled.leadership, flight=flight)


def _forget_drifted(
    tools: Tools, state: ClusterState, leadership: Leadership, *, flight: str
) -> str:
    cluster = state.cluster
    mission = Mission(cluster=cluster, leadership=leadership, incident=None, verified=0.0)
    drifted = _drifted(tools, mission, flight=flight)
    if not drifted:
        return "as-applied"
    if _moved_on(tools.ledger.state(cluster), state):
        return "overtaken"
    tools.ledger.forget(cluster, [host for host, _ in drifted], [draft for _, draft in drifted])
    tools.ledger.call(cluster)
    return "drifted"


def stale_primary(tools: Tools, *, state: ClusterState, flight: str) -> bool:
    """True where another member than the proven leader accepts writes: said in an incident that
    stays open until it is gone."""
    seen = look_at_everyone(tools, cluster=state.cluster, state=state)
    verdict = seen[1]
    if not isinstance(verdict, Confirmed) or not verdict.stale:
        return False
    if not tools.ledger.begin(state.cluster, flight, lease=LEASE):
        return False
    write_round(tools, state, seen, flight=flight, number=0)
    land(tools, cluster=state.cluster, flight=flight)
    return True


def _moved_on(state: ClusterState, before: ClusterState) -> bool:
    """True where a leader changed while hosts were read: what differs then is no drift."""
    return state.incident is not None or state.settled.fence != before.settled.fence


def _drifted(tools: Tools, mission: Mission, *, flight: str) -> list[tuple[str, Draft]]:
    hands = Hands(
        inventory=tools.inventory, witness=tools.witness, hosts=tools.hosts, clock=tools.clock
    )
    hosts = tools.inventory.hosts_of(mission.cluster)
    found = []
    for host, plan in tools.fleet.each(hosts, partial(plan_now, hands, mission)):
        what = drift(plan)
        if what is not None:
            evidence = {"host": host, "drift": what}
            found.append((host, Draft(id=f"{flight}:{host}", kind=Kind.DRIFT, evidence=evidence)))
    return found


def drift(plan: HostPlan | HostFailure | Blocked) -> list[str] | None:
    """What no longer is as it was applied, or None. A host that cannot be asked has not drifted."""
    if not isinstance(plan, HostPlan):
        return None
    found = [f"{d.path} {c.key}" for d in plan.diffs for c in d.changes]
    match plan.request.fence.stands_against(plan.held):
        case Standing.FIRST:
            found.append("its fence is gone")
        case Standing.HIGHER:
            found.append(f"its fence went back to {plan.held}")
        case _:
            pass
    return found or None

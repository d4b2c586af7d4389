"""Level, not edge: what is true against what was applied, so that a lost event costs only time."""

from __future__ import annotations

from jobs.assign import missing
from jobs.drift import drifted
from jobs.host import Mission
from jobs.look import look_at_everyone
from jobs.names import RECONCILE
from jobs.remembered import proof_name
from jobs.respond import LEASE, land, write_round
from jobs.state import ClusterState
from jobs.tools import Tools, equipped
from jobs.verdict import Confirmed, Leadership


def reconcile(*, cluster: str, flight: str, inventory: str, schema: int, passed: int = 0) -> str:
    """Ask every member whether it is writable, and every target whether it still is as it was applied;
    a stale primary opens an incident, what drifted is forgotten.

    Changes nothing: a target that is forgotten is brought back by the next respond. Returns a word
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
    mission = Mission(
        cluster=cluster, leadership=leadership, incident=None, verified=0.0, since=0.0
    )
    found = drifted(tools, mission, _holding(tools, state, leadership), flight=flight)
    if not found:
        return "as-applied"
    if _moved_on(tools.ledger.state(cluster), state):
        return "overtaken"
    tools.ledger.forget(cluster, [target for target, _ in found], [draft for _, draft in found])
    tools.ledger.call(cluster)
    return "drifted"


def _holding(tools: Tools, state: ClusterState, leadership: Leadership) -> list[str]:
    """The targets that are taken to be as they were applied. Of any other it was said that it does
    not follow, and its next try is set: to forget that would only say it again, and hurry."""
    targets = tools.inventory.targets_of(state.cluster)
    left = missing(state, leadership.fence, targets)
    return [target for target in targets if target not in left]


def stale_primary(tools: Tools, *, state: ClusterState, flight: str) -> bool:
    """True where another member than the proven leader accepts writes: said in an incident that
    stays open until it is gone."""
    seen = look_at_everyone(tools, cluster=state.cluster, state=state)
    verdict = seen[1]
    if isinstance(verdict, Confirmed):
        tools.ledger.remember(proof_name(state.cluster), f"{state.now:.3f}")
    if not isinstance(verdict, Confirmed) or not verdict.stale:
        return False
    if not tools.ledger.begin(state.cluster, flight, lease=LEASE):
        return False
    overtaken = _moved_on(tools.ledger.state(state.cluster), state)
    if not overtaken:
        write_round(tools, state, seen, flight=flight, number=0)
    land(tools, cluster=state.cluster, flight=flight)
    return not overtaken


def _moved_on(state: ClusterState, before: ClusterState) -> bool:
    """True where a leader changed while members were asked or hosts were read: what differs then is no
    drift, and an incident that opened, and perhaps ended, meanwhile is another job's."""
    now, then = state.settled, before.settled
    return state.incident is not None or (now.number, now.fence) != (then.number, then.fence)

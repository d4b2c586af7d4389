"""The end of an incident is looked at, not assumed: judge once more, then close, or say what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from jobs.alarms import left_behind, not_isolated, raised, two_primaries
from jobs.assign import missing, under_way
from jobs.audit import Draft, Kind
from jobs.claims import Claims
from jobs.decide import as_applied, exiled
from jobs.evidence import of_claims, of_verdict
from jobs.isolation import asked
from jobs.look import look_at_everyone
from jobs.names import CONCLUDE
from jobs.respond import LEASE, ground_of, land
from jobs.state import ClusterState, Incident, Settled
from jobs.tools import Tools, equipped
from jobs.verdict import Confirmed


def conclude(*, cluster: str, flight: str, inventory: str, schema: int, passed: int = 0) -> str:
    """Close a cluster's incident if its leader still leads and every host holds the newest fence.

    Otherwise name the hosts that are left, or ask for another respond. Takes the cluster's flight,
    so that it never writes beside a respond. Returns a word for RQ's result.
    """
    tools = equipped()
    arguments = {"cluster": cluster, "flight": flight}
    if tools.passes_on(CONCLUDE, arguments, made=(inventory, schema), passed=passed):
        return "requeued"
    if cluster not in tools.inventory.clusters:
        return "unknown-cluster"
    if not tools.ledger.begin(cluster, flight, lease=LEASE):
        return "busy"
    said = _look_and_close(tools, cluster=cluster, flight=flight)
    if tools.ledger.again(cluster, flight, lease=LEASE) or said in {"look-again", "under-way"}:
        land(tools, cluster=cluster, flight=flight)
    return said


def _look_and_close(tools: Tools, *, cluster: str, flight: str) -> str:
    state = tools.ledger.state(cluster)
    if state.incident is None:
        return "nothing-open"
    if _under_way(tools, state) and not _isolates(tools, state):
        return "under-way"
    claims, verdict = look_at_everyone(tools, cluster=cluster, state=state)
    if not isinstance(verdict, Confirmed) or verdict.leadership.fence != state.incident.fence:
        return "look-again"
    return _close(tools, state=state, seen=(claims, verdict), flight=flight)


def _under_way(tools: Tools, state: ClusterState) -> bool:
    """True while all that is left still has time: to ask everybody, a lost machine too, would only
    hold up who comes next."""
    fence = state.incident.fence if state.incident else None
    if fence is None:
        return False
    left = missing(state, fence, tools.inventory.targets_of(state.cluster))
    return bool(left) and all(under_way(state, fence, target) for target in left)


def _isolates(tools: Tools, state: ClusterState) -> bool:
    """Where a stale primary is isolated, it is looked for although targets still have time: it takes
    writes meanwhile."""
    return tools.inventory.clusters[state.cluster].isolation.policy != "off"


def _close(
    tools: Tools, *, state: ClusterState, seen: tuple[Claims, Confirmed], flight: str
) -> str:
    (_, verdict), incident = seen, state.incident
    assert incident is not None
    targets = tools.inventory.targets_of(state.cluster)
    left = missing(state, verdict.leadership.fence, targets)
    if left or verdict.stale:
        _hold_open(tools, state, seen, left, flight=flight)
        return "held-open"
    closed = tools.ledger.save(
        state.cluster,
        flight,
        settled=Settled(
            leadership=as_applied(state, verdict.leadership),
            verified=state.now,
            number=state.settled.number + 1,
            turns=incident.turns,
        ),
        drafts=[_concluded(incident, state, seen, targets)],
    )
    return "concluded" if closed else "lost-flight"


def _hold_open(
    tools: Tools,
    state: ClusterState,
    seen: tuple[Claims, Confirmed],
    left: Sequence[str],
    *,
    flight: str,
) -> None:
    """Say once what holds it up, and give a stale primary to a job where the inventory wants that."""
    (claims, verdict), incident = seen, state.incident
    assert incident is not None
    fence = verdict.leadership.fence
    behind = [t for t in left if not under_way(state, fence, t)]
    stale = [*two_primaries(verdict), *not_isolated(state, verdict)]
    alarms = [*stale, *left_behind(state, fence, behind)]
    held, said = raised(incident, alarms, claims=of_claims(claims))
    ground = ground_of(tools, state, claims, round_id=f"{flight}:{state.now:.6f}")
    exiles = exiled(state, verdict, ground)
    said += asked(exiles, verdict, incident=held.id)
    if said or exiles:
        tools.ledger.save(state.cluster, flight, incident=held, drafts=said, assign=exiles)


def _concluded(
    incident: Incident,
    state: ClusterState,
    seen: tuple[Claims, Confirmed],
    targets: Sequence[str],
) -> Draft:
    """The claims are kept: how the former leader stands by then tells what became of it. Of whoever left
    the inventory nothing is said: nobody waits for it."""
    claims, verdict = seen
    hosts = {
        h: {"outcome": r.outcome, "seconds": r.seconds, "restarted": list(r.restarted)}
        for h in targets
        if (r := state.hosts.get(h)) is not None
    }
    evidence = {
        **of_verdict(verdict),
        "before": incident.before,
        "epochs": list(incident.epochs),
        "fence": None if incident.fence is None else asdict(incident.fence),
        "hosts": hosts,
        "claims": of_claims(claims),
    }
    return Draft(
        id=f"{incident.id}:concluded",
        kind=Kind.CONCLUDED,
        incident=incident.id,
        seconds=state.now - incident.opened,
        evidence=evidence,
    )

"""The first job after an event: look, judge, decide, write down. One at a time per cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from jobs.assign import Ground, alive, missing
from jobs.claims import Claims
from jobs.decide import Step, decide
from jobs.evidence import of_claims
from jobs.flapping import Nerve, held_by, serves_readers, to_ask
from jobs.look import epoch_of, look
from jobs.names import RESPOND, job_id
from jobs.remembered import release_name, release_of
from jobs.state import ClusterState, HostRecord
from jobs.tools import Tools, equipped
from jobs.verdict import Confirmed, Undetermined, Verdict

LEASE = 6.0
"""Seconds a flight stays ours without a sign of life; a dead worker's flight is free after that."""

HANDED_ON = 2
"""Times that a leader who cannot be reached is left to whichever worker comes next."""

ASK_WITHIN = 0.3
"""Seconds for one member's word that it is a replica, before a return is held back."""

SITS_FOR = 5.0
"""Seconds after which a respond takes no further round, however many ask: a fresh one does."""


def respond(
    *,
    cluster: str,
    flight: str,
    inventory: str,
    schema: int,
    tried: Sequence[str] = (),
    passed: int = 0,
) -> str:
    """Bring one cluster's applications to its proven leader; the job that every event ends in.

    `flight` is this job's id and its token for the cluster's single flight; `tried` names the
    workers that could not reach the leader. Returns one word for RQ's result: what the last round
    came to.
    """
    tools = equipped()
    arguments = {"cluster": cluster, "flight": flight, "tried": list(tried)}
    if tools.passes_on(RESPOND, arguments, made=(inventory, schema), passed=passed):
        return "requeued"
    if cluster not in tools.inventory.clusters:
        return "unknown-cluster"
    if not tools.ledger.begin(cluster, flight, lease=LEASE):
        return "busy"
    said = _rounds(tools, cluster=cluster, flight=flight, tried=tuple(tried))
    if said == "out-of-reach":
        again = {**arguments, "tried": [*tried, tools.worker]}
        tools.ledger.requeue(RESPOND, {**again, "inventory": inventory, "schema": schema})
    return said


def _rounds(tools: Tools, *, cluster: str, flight: str, tried: tuple[str, ...]) -> str:
    """Round after round while somebody asks, but not for ever; then land."""
    until, number = tools.clock.monotonic() + SITS_FOR, 0
    while True:
        said = one_round(tools, cluster=cluster, flight=flight, number=number, tried=tried)
        if said == "lost-flight" or not tools.ledger.again(cluster, flight, lease=LEASE):
            return said
        if tools.clock.monotonic() >= until:
            land(tools, cluster=cluster, flight=flight)
            return said
        number += 1


def land(tools: Tools, *, cluster: str, flight: str) -> None:
    """Leave the flight, then let a fresh respond take what was asked for meanwhile."""
    while tools.ledger.again(cluster, flight, lease=LEASE):
        pass
    tools.ledger.call(cluster)


def one_round(
    tools: Tools, *, cluster: str, flight: str, number: int, tried: tuple[str, ...]
) -> str:
    """One look, one verdict, one step, written in one atomic write."""
    state, begun = tools.ledger.state(cluster), tools.clock.monotonic()
    claims, verdict = look(tools, cluster=cluster, state=state)
    if isinstance(verdict, Undetermined) and verdict.from_here and len(tried) < HANDED_ON:
        return "out-of-reach"
    seen = claims, verdict
    took = tools.clock.monotonic() - begun
    return write_round(tools, state, seen, flight=flight, number=number, took=took, tried=tried)


def write_round(
    tools: Tools,
    state: ClusterState,
    seen: tuple[Claims, Verdict],
    *,
    flight: str,
    number: int,
    took: float | None = None,
    tried: tuple[str, ...] = (),
) -> str:
    """Decide, and write the step down; the caller holds the flight. The look took `took` seconds, and
    the workers `tried` could not reach the leader."""
    claims, verdict = seen
    ground = ground_of(tools, state, claims, round_id=f"{flight}:{number}:{state.now:.6f}")
    ground = replace(ground, took=took, tried=tried)
    sweep(tools, state, ground)
    step = decide(state, verdict, ground, nerve_for(tools, state, verdict))
    if step.empty:
        return verdict.kind
    return verdict.kind if _save(tools, state.cluster, flight, step) else "lost-flight"


def nerve_for(tools: Tools, state: ClusterState, verdict: Verdict) -> Nerve:
    """The policy and, where a return may be held back, who of the members that it concerns answers as a
    replica: asked briefly, since a dead one is left without delay."""
    policy, cluster = tools.flapping(state.cluster), state.cluster
    if not isinstance(verdict, Confirmed):
        return Nerve(policy=policy)
    targets = tools.inventory.targets_of(cluster)
    asked = to_ask(state, verdict.leadership, targets, policy)
    known = (r for r in verdict.leadership.others if r.name in asked)
    answers = {r.name: tools.witness.writable(cluster, r, timeout=ASK_WITHIN) for r in known}
    held, system = held_by(state) is not None, verdict.leadership.fence.system
    return Nerve(
        policy=policy,
        replicas=frozenset(n for n, said in answers.items() if serves_readers(said, system=system)),
        release=release_of(tools.ledger.recall(release_name(cluster))) if held else None,
    )


def sweep(tools: Tools, state: ClusterState, ground: Ground) -> None:
    """Close what silent jobs left open of hosts that need nothing any more: they left the inventory,
    or hold the fence by somebody else's doing. Nobody would ever be given those again."""
    fence = (state.incident or state.settled).fence
    needed = ground.targets if fence is None else missing(state, fence, ground.targets)
    for host, given in state.assignments.items():
        if host in needed or alive(
            given, now=state.now, take_over=ground.take_over, waiting=ground.waiting
        ):
            continue
        blank = HostRecord(epoch=given.epoch, attempt=given.attempt, outcome="gone")
        tools.ledger.report(state.cluster, given.job, {host: state.hosts.get(host, blank)}, ())


def ground_of(tools: Tools, state: ClusterState, claims: Claims, *, round_id: str) -> Ground:
    """What a decision needs besides memory and verdict."""
    timing = tools.inventory.timing
    given = tuple(dict.fromkeys(a.job for a in state.assignments.values() if not a.started))
    return Ground(
        targets=tools.inventory.targets_of(state.cluster),
        chunk=timing.chunk,
        take_over=timing.take_over,
        waiting=tools.ledger.waiting(given) if given else frozenset(),
        fresh_job=partial(job_id, cluster=state.cluster),
        round_id=round_id,
        epoch=epoch_of(claims.before),
        revision=getattr(claims.before, "revision", None),
        claims=of_claims(claims),
        worker=tools.worker,
        isolation=tools.inventory.clusters[state.cluster].isolation,
    )


def _save(tools: Tools, cluster: str, flight: str, step: Step) -> bool:
    return tools.ledger.save(
        cluster,
        flight,
        drafts=step.drafts,
        incident=step.incident,
        settled=step.settled,
        assign=step.assign,
        conclude=step.conclude,
    )

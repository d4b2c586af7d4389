"""Gather and judge, within a deadline: what every job does before it believes anything."""

from __future__ import annotations

import math

from jobs.claims import Claims, ClusterView, Unknown
from jobs.judge import judge
from jobs.state import ClusterState
from jobs.tools import Tools
from jobs.verdict import Confirmed, Standby, Verdict

LOOKS_FOR = 1.0
"""Seconds a respond looks for a confirmed leader before it leaves the worker."""

LOOK_EVERY = 0.02
GATHER_WITHIN = 1.5
"""Seconds for all evidence together; with the looks well inside the lease."""

EVERYONE_WITHIN = 2.0
"""Seconds for the evidence of every member, the silent ones included."""


def look(tools: Tools, *, cluster: str, state: ClusterState) -> tuple[Claims, Verdict]:
    """Look every 20 ms for at most a second, until somebody leads for certain.

    Where nobody holds the leader key, or etcd does not say who, once is enough while other jobs wait: the
    watch and the clock ask anew, and a hundred clusters without a leader would hold up the failover of one
    that has a new one, a second each.
    """
    until = tools.clock.monotonic() + LOOKS_FOR
    while True:
        claims = tools.witness.gather(cluster, timeout=GATHER_WITHIN, remembered=state.remembered())
        verdict = judge(claims, policy=tools.policy(cluster), known_for=known_for(state, claims))
        if isinstance(verdict, Confirmed | Standby) or tools.clock.monotonic() >= until:
            return claims, verdict
        if epoch_of(claims.before) is None and tools.ledger.crowded():
            return claims, verdict
        tools.clock.sleep(LOOK_EVERY)


def look_at_everyone(tools: Tools, *, cluster: str, state: ClusterState) -> tuple[Claims, Verdict]:
    """One look that also asks every other member, listed or remembered, whether it is writable."""
    claims = tools.witness.gather(
        cluster, timeout=EVERYONE_WITHIN, everyone=True, remembered=state.remembered()
    )
    known = known_for(state, claims)
    return claims, judge(claims, policy=tools.policy(cluster), known_for=known)


def known_for(state: ClusterState, claims: Claims) -> float:
    """Seconds since the epoch that the claims show was first seen; 0 for a new one."""
    epoch = epoch_of(claims.before)
    if epoch is not None and state.settled.fence is not None and state.settled.fence.epoch == epoch:
        return math.inf
    incident = state.incident
    if (
        epoch is None
        or incident is None
        or incident.seen_epoch != epoch
        or incident.seen_at is None
    ):
        return 0.0
    return state.now - incident.seen_at


def epoch_of(view: ClusterView | Unknown) -> int | None:
    """The epoch a view shows, where it shows one."""
    return None if isinstance(view, Unknown) or view.leader is None else view.leader.epoch

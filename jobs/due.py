"""Why a cluster needs a look, purely: truth against memory, so that a lost event costs only time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from jobs.assign import alive, missing, shut, waits
from jobs.claims import ClusterView, MemberRecord, Unknown
from jobs.fence import Fence
from jobs.state import ClusterState, HostRecord


class Due(StrEnum):
    """Why the clock asks for a respond."""

    ETCD = "etcd cannot be asked"
    LEADERLESS = "nobody holds the leader key"
    EPOCH = "the epoch is not the one that was applied"
    UNSETTLED = "an incident is open"
    LEFT = "a job went silent"
    TARGETS = "targets do not hold the newest fence"
    DOWN = "the leader's own record says that its PostgreSQL does not run"


NOT_THERE = frozenset(
    {"crashed", "starting", "start failed", "restarting", "restart failed"}
    | {"stopping", "stopped", "stop failed"}
)
"""Patroni's words for a PostgreSQL that takes no writes. A crash moves no key and fires a callback only
once it is over; recovery may last as long as `primary_start_timeout`."""


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
    return _untrue(view, state) or _unfinished(state, targets, pace) or _down(view)


def _untrue(view: ClusterView | Unknown, state: ClusterState) -> Due | None:
    if isinstance(view, Unknown):
        return Due.ETCD
    if view.leader is None:
        return Due.LEADERLESS
    known = (state.incident or state.settled).fence
    return Due.EPOCH if known is None or known.epoch != view.leader.epoch else None


def _down(view: ClusterView | Unknown) -> Due | None:
    """Last of all: where something else is due, a respond is asked for anyway."""
    if isinstance(view, Unknown) or view.leader is None:
        return None
    record = view.member(view.leader.member)
    return Due.DOWN if isinstance(record, MemberRecord) and record.state in NOT_THERE else None


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
    """True where a target that lacks the fence is nobody's, and its next try has come. That one holds a
    higher epoch is looked at until an incident says so: then an operator has to lift it."""
    known = (state.incident or state.settled).fence
    if known is None or state.paused():
        return False
    return any(
        target not in state.assignments
        and not shut(state, known, target)
        and ((held := state.hosts.get(target)) is None or not _rests(state, held, known))
        for target in missing(state, known, tuple(targets))
    )


def _rests(state: ClusterState, held: HostRecord, known: Fence) -> bool:
    said = held.above(known) and state.incident is not None
    return said or waits(held, known, now=state.now)

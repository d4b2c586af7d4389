"""Epochs that went back, recognised: without it, a restored etcd would look like a job that came late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jobs.alarms import Alarm
from jobs.fence import Fence
from jobs.inventory import parse_target
from jobs.state import ClusterState, HostRecord
from jobs.verdict import Confirmed

SHOWN = 5
"""Targets that are named; of more, how many there are."""


def holding_above(
    state: ClusterState, fence: Fence, targets: Iterable[str]
) -> Mapping[str, HostRecord]:
    """The targets that are known to hold a higher epoch. What they hold was read before the look that
    found the lower one, and etcd answers linearizably: no newer leadership explains it."""
    known = ((target, state.hosts.get(target)) for target in targets)
    return {t: r for t, r in known if r is not None and r.above(fence)}


def rewound(
    state: ClusterState, verdict: Confirmed, targets: Iterable[str], *, revision: int | None
) -> tuple[Alarm, ...]:
    """That etcd counts from before, once an epoch; empty where it does not. Who holds a higher epoch is
    left alone meanwhile: what was applied under it would be undone by a leadership that is older, or
    a copy. Who holds none follows the proven leader all the same."""
    fence = verdict.leadership.fence
    holding = holding_above(state, fence, targets)
    if not holding:
        return ()
    highest = max(r.fence.epoch for r in holding.values() if r.fence is not None)
    shows = "" if revision is None else f" (its revision is {revision})"
    reason = (
        f"etcd's revision went back: {verdict.leadership.member} leads under epoch {fence.epoch}, but "
        f"{_named(holding)} {'holds' if len(holding) == 1 else 'hold'} epoch {highest} of the same "
        f"PostgreSQL; was etcd restored from a snapshot{shows}? Who holds it is left as it is"
    )
    remedy = (
        f"if somebody restored it: pgbaton reset-fence {state.cluster} --all --why 'etcd restored'; "
        "if nobody did, find out who writes to etcd: docs/restore.md"
    )
    return (Alarm(key=f"epochs-back:{fence.epoch}", reason=reason, remedy=remedy),)


def _named(targets: Iterable[str]) -> str:
    told = [parse_target(target).told for target in targets]
    more = len(told) - SHOWN
    return ", ".join(told[:SHOWN]) + (f" and {more} more" if more > 0 else "")

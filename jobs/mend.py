"""A NodeBalancer is brought to what the inventory wants: what is missing, what drifted, who may take traffic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jobs.balancer.change import Change, MoveNode, SetConfig
from jobs.balancer.drift import repairs
from jobs.balancer.modes import mode_steps
from jobs.balancer.told import said
from jobs.balancer.wanted import WantedNode
from jobs.ports import Balancers, LinodeUnavailable
from jobs.watch import Seen, Sight, Unseen, Watch

ASK_WITHIN = 2.0
"""Seconds one request may take while a failover waits, whatever the inventory allows otherwise."""

KNOCK_WITHIN = 1.0

PASSES = 6
"""Times it is read anew: what a change brings about (a configuration's nodes, say) shows then."""


def mend(watch: Watch) -> Sight:
    """See the NodeBalancer as Linode shows it, mended where it needs it. Raises SupersededError where
    the leader could not be proven right before a change."""
    balancers = watch.means.balancers
    if balancers is None:
        return Unseen(
            reason="there is no token for Linode's API",
            remedy="put one in the secret linode-token of the workers",
        )
    try:
        return _mended(watch, balancers)
    except LinodeUnavailable as error:
        return Unseen(reason=error.reason, remedy=error.remedy)


def _mended(watch: Watch, balancers: Balancers) -> Sight:
    for _ in range(PASSES):
        found = balancers.read(watch.table, timeout=within(watch))
        if found is None:
            return _unknown(watch)
        steps = (*repairs(watch.want, found), *mode_steps(watch.want, found, watch.leader))
        safe, unsafe = _sorted(watch, balancers, steps)
        hindered = (_change(watch, balancers, safe) if safe else None) or unsafe
        config = found.config(watch.table.port)
        if config is not None and (hindered or not steps):
            return Seen(balancer=found, config=config, hindered=hindered)
        if hindered:
            return hindered
    return Unseen(reason=f"NodeBalancer {watch.table.label} does not become what was written")


def _sorted(
    watch: Watch, balancers: Balancers, steps: Sequence[Change]
) -> tuple[Sequence[Change], Unseen | None]:
    """The changes that can be made, and why others wait: where the inventory was changed before a mux
    runs, a node that serves today is not moved to its port, and no check begins to ask for HTTP."""
    for what, node in _at_stake(watch, steps):
        heard = balancers.knock(node.address, watch.table.check_path, timeout=KNOCK_WITHIN)
        if heard.kind != "http":
            reason = f"left {what}: nothing speaks HTTP at {node.address} yet"
            remedy = f"run the mux there: pgbaton script mux {watch.want.cluster} {node.member}"
            others = [s for s in steps if not _needs_mux(s)]
            return others, Unseen(reason=reason, remedy=remedy)
    return steps, None


def _at_stake(watch: Watch, steps: Sequence[Change]) -> Iterator[tuple[str, WantedNode]]:
    """Whose port must speak HTTP, and what is left as it is where it does not."""
    leader = watch.want.of(watch.leader)
    for step in filter(_needs_mux, steps):
        if isinstance(step, MoveNode):
            yield f"node {step.node.label} where it is", step.node
        elif leader is not None:
            yield "the check as it is", leader


def _needs_mux(step: Change) -> bool:
    return isinstance(step, MoveNode) or (isinstance(step, SetConfig) and "check" in step.settings)


def within(watch: Watch) -> float:
    """Seconds for one question to Linode's API."""
    return min(watch.means.request_within, ASK_WITHIN)


def _unknown(watch: Watch) -> Unseen:
    return Unseen(
        reason=f"Linode knows no NodeBalancer labelled {watch.table.label}",
        remedy=f"pgbaton nodebalancer apply {watch.name}",
    )


def _change(watch: Watch, balancers: Balancers, steps: Sequence[Change]) -> Unseen | None:
    """Make the changes in their order; why it stopped, or None. Each is told before it is made,
    and made only while the leader still leads."""
    with watch.means.claimed(watch.target) as ours:
        if not ours:
            return Unseen(reason="another worker is changing it")
        for step in steps:
            note, what = watch.means.look(), said(step)
            watch.tell("changing", key=f"{watch.means.job}:{what}", change=what, note=note)
            try:
                balancers.apply(step, timeout=within(watch))
            except LinodeUnavailable as error:
                return Unseen(reason=f"could not {what}: {error.reason}", remedy=error.remedy)
    return None

"""Who may take traffic, where the policy is "enforce": the others leave before the leader enters."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.balancer.change import SetMode
from jobs.balancer.drift import strayed
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.balancer.wanted import WantedBalancer, WantedNode


def mode_steps(want: WantedBalancer, found: FoundBalancer, leader: str) -> tuple[SetMode, ...]:
    """What is left to do, in the order in which it must be done. Whoever stops after any step and
    asks again is told the rest; no order of steps ever lets two nodes in at once."""
    config = found.config(want.port)
    if config is None or not want.enforce:
        return ()
    return tuple(_steps(want, found, config, leader))


def _steps(
    want: WantedBalancer, found: FoundBalancer, config: FoundConfig, leader: str
) -> Iterator[SetMode]:
    mine = want.of(leader)
    leads = () if mine is None else _nodes(mine, want, config)
    for node in config.nodes:
        if node not in leads and node.mode != "reject":
            yield _set(found, config, node, "reject")
    for node in leads:
        if node.mode != "accept" and mine is not None and node.address.host == mine.address.host:
            yield _set(found, config, node, "accept")


def _nodes(mine: WantedNode, want: WantedBalancer, config: FoundConfig) -> tuple[FoundNode, ...]:
    """The leader's nodes. One that could not be moved to its new port yet still serves: to reject it
    would leave nobody. At an address of another machine it is spared, and not let in."""
    there = tuple(n for n in config.nodes if n.address == mine.address)
    moving = strayed(mine, want, config)
    return there or (() if moving is None else (moving,))


def _set(found: FoundBalancer, config: FoundConfig, node: FoundNode, mode: str) -> SetMode:
    return SetMode(balancer=found.id, config=config.id, id=node.id, label=node.label, mode=mode)

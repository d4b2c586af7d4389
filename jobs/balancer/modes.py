"""Who may take traffic, where the policy is "enforce": the others leave before the leader enters."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.balancer.change import SetMode
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.balancer.wanted import WantedBalancer


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
    leads = [n for n in config.nodes if mine is not None and n.address == mine.address]
    for node in config.nodes:
        if node not in leads and node.mode != "reject":
            yield _set(found, config, node, "reject")
    for node in leads:
        if node.mode != "accept":
            yield _set(found, config, node, "accept")


def _set(found: FoundBalancer, config: FoundConfig, node: FoundNode, mode: str) -> SetMode:
    return SetMode(balancer=found.id, config=config.id, id=node.id, label=node.label, mode=mode)

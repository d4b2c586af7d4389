"""Hands that change nothing at Linode; without them, a plan would show its first step alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from jobs.balancer.change import (
    Change,
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
    SetMode,
)
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode

if TYPE_CHECKING:
    from jobs.balancer.wanted import WantedBalancer
    from jobs.inventory import NodeBalancer
    from jobs.ports import Balancers

NEW = 0
"""The id of what is not there yet."""


@dataclass(slots=True)
class Rehearsal:
    """Reads once what there is; after that, sees its own changes as Linode would show them."""

    real: Balancers
    _seen: list[FoundBalancer | None] = field(default_factory=list)

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        if not self._seen:
            self._seen.append(self.real.read(balancer, timeout=timeout))
        return self._seen[-1]

    def apply(self, change: Change, *, timeout: float) -> None:  # noqa: ARG002 - nobody is asked
        self._seen.append(after(change, self._seen[-1]))


def after(change: Change, found: FoundBalancer | None) -> FoundBalancer:
    """What stands when a change is made."""
    if isinstance(change, CreateBalancer):
        return _created(change.wanted)
    assert found is not None, "whatever else is changed belongs to a NodeBalancer"
    if isinstance(change, CreateConfig):
        config = FoundConfig(id=NEW, port=change.port, settings=dict(change.settings))
        return replace(found, configs=(*found.configs, config))
    configs = [_changed(change, c) if c.id == change.config else c for c in found.configs]
    return replace(found, configs=tuple(configs))


def _created(want: WantedBalancer) -> FoundBalancer:
    region = want.region or ""
    return FoundBalancer(id=NEW, label=want.label, region=region, type=want.type, tags=want.tags)


def _changed(change: SetConfig | CreateNode | MoveNode | SetMode, it: FoundConfig) -> FoundConfig:
    match change:
        case SetConfig():
            return replace(it, settings={**it.settings, **change.settings})
        case CreateNode():
            want = change.node
            node = FoundNode(id=NEW, label=want.label, address=want.address, mode=change.mode)
            return replace(it, nodes=(*it.nodes, node))
        case MoveNode():
            moved = [
                replace(n, address=change.node.address) if n.id == change.id else n
                for n in it.nodes
            ]
            return replace(it, nodes=tuple(moved))
        case SetMode():
            set_ = [replace(n, mode=change.mode) if n.id == change.id else n for n in it.nodes]
            return replace(it, nodes=tuple(set_))
    assert_never(change)

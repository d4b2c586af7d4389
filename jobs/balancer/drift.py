"""What differs between a NodeBalancer and the inventory, field by field, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jobs.balancer.change import (
    Change,
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
)
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.balancer.wanted import WantedBalancer, WantedNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that is not as the inventory wants it; `mends` where pgbaton sets it right itself."""

    where: str
    field: str
    found: str
    wanted: str
    mends: bool = True

    def __str__(self) -> str:
        return f"{self.where}: {self.field} is {self.found}, must be {self.wanted}"


def differences(want: WantedBalancer, found: FoundBalancer | None) -> tuple[Difference, ...]:
    """Every difference, the balancer's own first. A node that is no member is named, never removed."""
    if found is None:
        here = f"NodeBalancer {want.label}"
        return (Difference(where=here, field="it", found="missing", wanted="there", mends=False),)
    return tuple(_differences(want, found))


def _differences(want: WantedBalancer, found: FoundBalancer) -> Iterator[Difference]:
    here = f"NodeBalancer {found.label}"
    for name, has, must in (
        ("region", found.region, want.region or found.region),
        ("type", found.type, want.type),
    ):
        if has != must:
            yield Difference(where=here, field=name, found=has, wanted=must, mends=False)
    config = found.config(want.port)
    if config is None:
        yield Difference(where=f"port {want.port}", field="it", found="missing", wanted="there")
        return
    for name, value in want.settings.items():
        if config.settings.get(name) != value:
            has = spelled(config.settings.get(name))
            yield Difference(
                where=f"port {want.port}", field=name, found=has, wanted=spelled(value)
            )
    yield from _nodes(want, config)


def _nodes(want: WantedBalancer, config: FoundConfig) -> Iterator[Difference]:
    by_address = {n.address: n for n in config.nodes}
    for node in want.nodes:
        if node.address not in by_address:
            moved = strayed(node, want, config)
            has = "missing" if moved is None else str(moved.address)
            yield Difference(
                where=f"node {node.label}", field="address", found=has, wanted=str(node.address)
            )
    for stranger in strangers(want, config):
        yield Difference(
            where=f"node {stranger.label}",
            field="address",
            found=f"{stranger.address}, which is no member's",
            wanted="removed, or a member's in the inventory",
            mends=False,
        )
    yield from _twins(config)


def _twins(config: FoundConfig) -> Iterator[Difference]:
    first = {n.address: n for n in reversed(config.nodes)}
    for node in config.nodes:
        if first[node.address] is not node:
            yield Difference(
                where=f"node {node.label}",
                field="address",
                found=f"{node.address}, which another node has too",
                wanted="one node's only: remove one",
                mends=False,
            )


def strangers(want: WantedBalancer, config: FoundConfig) -> tuple[FoundNode, ...]:
    """Nodes whose address is no member's, and which are not a member's at a former address."""
    moved = [strayed(n, want, config) for n in want.nodes]
    return tuple(n for n in config.nodes if want.node(n.address) is None and n not in moved)


def repairs(want: WantedBalancer, found: FoundBalancer | None) -> tuple[Change, ...]:
    """The next changes towards the inventory. What only exists once they are made (a configuration
    of a new balancer, say) shows when this is asked again: none left means that all is right."""
    if found is None:
        return (CreateBalancer(wanted=want),)
    config = found.config(want.port)
    if config is None:
        return (CreateConfig(balancer=found.id, port=want.port, settings=want.settings),)
    return tuple(_repairs(want, found, config))


def _repairs(want: WantedBalancer, found: FoundBalancer, config: FoundConfig) -> Iterator[Change]:
    drifted = {k: v for k, v in want.settings.items() if config.settings.get(k) != v}
    if drifted:
        yield SetConfig(balancer=found.id, config=config.id, settings=drifted)
    there = {n.address for n in config.nodes}
    for node in want.nodes:
        if node.address in there:
            continue
        moved = strayed(node, want, config)
        if moved is not None:
            yield MoveNode(balancer=found.id, config=config.id, id=moved.id, node=node)
        else:
            mode = "reject" if want.enforce else "accept"
            yield CreateNode(balancer=found.id, config=config.id, node=node, mode=mode)


def strayed(node: WantedNode, want: WantedBalancer, config: FoundConfig) -> FoundNode | None:
    """The node that has a member's label, but an address that is nobody's (any more)."""
    return next(
        (n for n in config.nodes if n.label == node.label and want.node(n.address) is None), None
    )


def spelled(setting: object) -> str:
    """A setting's value as Linode writes it."""
    if setting is None:
        return "not set"
    return str(setting).lower() if isinstance(setting, bool) else str(setting)

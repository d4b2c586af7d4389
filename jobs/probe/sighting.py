"""What the probe sees of a NodeBalancer at one poll, as a value that can be compared and kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from jobs.balancer.found import FoundNode
from jobs.balancer.wanted import WantedBalancer

THERE, PORTLESS, MISSING = "there", "portless", "missing"
"""How a NodeBalancer stands: there with its port; there, but nothing is configured at the
inventory's port; no NodeBalancer has the inventory's label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNode:
    """One backend. `member` is None for an address that is no member's."""

    address: str
    label: str
    member: str | None
    status: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One poll's answer; the nodes in the order of their addresses, of which each is one node's."""

    standing: str = THERE
    nodes: tuple[SeenNode, ...] = ()

    def at(self, address: str) -> SeenNode | None:
        """The node at an address."""
        return next((n for n in self.nodes if n.address == address), None)

    def with_node(self, address: str, node: SeenNode | None) -> Sighting:
        """The same with another node, or none, at an address."""
        others = [n for n in self.nodes if n.address != address]
        nodes = others if node is None else [*others, node]
        return replace(self, nodes=tuple(sorted(nodes, key=lambda n: n.address)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is remembered of one NodeBalancer: the sighting that the webhook knows of, and how many
    events that took. The count tells two flips of one node to the same status apart."""

    sighting: Sighting
    count: int = 0


def sight(want: WantedBalancer, found: Sequence[FoundNode]) -> Sighting:
    """The nodes of the inventory's port as a sighting."""
    seen = Sighting()
    for node in found:
        member = want.node(node.address)
        one = SeenNode(
            address=str(node.address),
            label=node.label,
            member=None if member is None else member.member,
            status=node.status,
            mode=node.mode,
        )
        seen = seen.with_node(one.address, one)
    return seen


def dump_told(told: Told) -> str:
    """The JSON that is kept."""
    return json.dumps(asdict(told), separators=(",", ":"))


def load_told(text: str | None) -> Told | None:
    """Read what `dump_told` wrote; None where nothing was, or something else stands there: then the
    next poll counts as the first."""
    try:
        raw: Any = json.loads(text or "null")
        sighting = raw["sighting"]
        nodes = tuple(SeenNode(**node) for node in sighting["nodes"])
        seen = Sighting(standing=str(sighting["standing"]), nodes=nodes)
        return Told(sighting=seen, count=int(raw["count"]))
    except (ValueError, TypeError, KeyError):
        return None

"""NodeBalancers as tests write them: as wanted, with one thing changed at a time."""

from __future__ import annotations

from dataclasses import replace

from jobs.balancer.found import FoundBalancer, FoundConfig, FoundNode
from jobs.balancer.wanted import WantedBalancer, wanted
from jobs.inventory import Address, Inventory, load_inventory
from tests.world import INVENTORY

LINODE = """
[clusters.shop.machines]
pg1 = "10.0.0.1"
pg2 = "10.0.0.2"
pg3 = "10.0.0.3"
[clusters.shop.mux]
[nodebalancers.front]
cluster = "shop"
label = "shop-front"
region = "us-ord"
address = "192.0.2.10"
"""


def inventory_of(text: str = LINODE, before: str = INVENTORY) -> Inventory:
    """The world's inventory with a NodeBalancer in front."""
    with_port = before.replace('scope = "shop"', 'scope = "shop"\npostgresql_port = 5433')
    loaded = load_inventory(with_port + text)
    assert isinstance(loaded, Inventory), str(loaded)
    return loaded


WANT: WantedBalancer = wanted(inventory_of(), "front")
ENFORCED: WantedBalancer = replace(WANT, enforce=True)


def node(member: str, *, status: str = "DOWN", mode: str = "accept", host: str = "") -> FoundNode:
    """A member's node; pg1 is 10.0.0.1, and its id is 1."""
    number = int(member[-1])
    address = Address(host=host or f"10.0.0.{number}", port=5432)
    return FoundNode(id=number, label=f"{member}-node"[:32] if len(member) < 3 else member,
                     address=address, status=status, mode=mode)  # fmt: skip


def nodes(up: str = "pg1", **modes: str) -> tuple[FoundNode, ...]:
    """All three, of which one is UP."""
    return tuple(
        node(m, status="UP" if m == up else "DOWN", mode=modes.get(m, "accept"))
        for m in ("pg1", "pg2", "pg3")
    )


def found(of: tuple[FoundNode, ...] | None = None, **settings: str | int | bool) -> FoundBalancer:
    """The NodeBalancer as wanted but for the given settings and nodes."""
    config = FoundConfig(
        id=7,
        port=5432,
        settings={**WANT.settings, "stickiness": "none", **settings},
        nodes=nodes() if of is None else of,
    )
    return FoundBalancer(
        id=5, label="shop-front", region="us-ord", ipv4="192.0.2.10", configs=(config,)
    )

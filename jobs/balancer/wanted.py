"""What the inventory wants of a NodeBalancer, in Linode's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobs.inventory import Address, Cluster, Inventory, NodeBalancer
from jobs.inventory.linode import shortest

Settings = Mapping[str, str | int | bool]
"""Members of a configuration by Linode's names, each of which must be as it stands here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedNode:
    """One member as a backend."""

    member: str
    label: str
    address: Address
    subnet_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedBalancer:
    """A NodeBalancer as it should be; `id` and `cluster` are the inventory's."""

    id: str
    cluster: str
    label: str
    region: str | None
    type: str
    port: int
    settings: Settings
    nodes: tuple[WantedNode, ...]
    tags: tuple[str, ...] = ()
    firewall_id: int | None = None
    subnet_id: int | None = None
    enforce: bool = False

    def node(self, address: Address) -> WantedNode | None:
        """The member that is meant by a backend's address."""
        return next((n for n in self.nodes if n.address == address), None)

    def of(self, member: str) -> WantedNode | None:
        """The backend of a member."""
        return next((n for n in self.nodes if n.member == member), None)


def wanted(inventory: Inventory, balancer: str) -> WantedBalancer:
    """What `[nodebalancers.BALANCER]` asks for."""
    table = inventory.nodebalancers[balancer]
    return WantedBalancer(
        id=balancer,
        cluster=table.cluster,
        label=table.label,
        region=table.region,
        type=table.type,
        port=table.port,
        settings=settings_of(table),
        nodes=tuple(_nodes(table, inventory.clusters[table.cluster])),
        tags=table.tags,
        firewall_id=table.firewall_id,
        subnet_id=table.subnet_id,
        enforce=table.modes == "enforce",
    )


def settings_of(table: NodeBalancer) -> Settings:
    """The configuration's settings. Passive checks would count PostgreSQL's own refusals as
    failures; interval and timeout are always named, since Linode's defaults contradict each other."""
    return {
        "protocol": "tcp",
        "proxy_protocol": "none",
        "algorithm": table.algorithm,
        "check": "http",
        "check_path": table.check_path,
        "check_interval": table.check_interval,
        "check_timeout": table.check_timeout,
        "check_attempts": table.check_attempts,
        "check_passive": False,
    }


def _nodes(table: NodeBalancer, cluster: Cluster) -> Iterator[WantedNode]:
    for member, host in {**cluster.machines, **table.backends}.items():
        yield WantedNode(
            member=member,
            label=label_of(member),
            address=Address(host=shortest(host), port=cluster.traffic_port),
            subnet_id=table.subnet_id,
        )


def label_of(member: str) -> str:
    """A member's name as a node's label: Linode wants 3 to 32 characters."""
    return (member if len(member) >= 3 else f"{member}-node")[:32]  # noqa: PLR2004

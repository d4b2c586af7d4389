"""Everything that is known about one NodeBalancer; without it each examination would ask by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Knock
from jobs.balancer.wanted import Settings, WantedBalancer
from jobs.claims import ClusterView, Unknown
from jobs.inventory import Address, Cluster, NodeBalancer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What Linode's API does not show. `refused`: not for want of the API, but of a token that may."""

    reason: str
    remedy: str = ""
    refused: bool = False


Walls = Mapping[str, tuple[FoundFirewall, ...] | Unseen | None]
"""The Cloud Firewalls of each member's machine; None where Linode knows no such machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The inventory's tables, and what was found. `found` is None where Linode knows no NodeBalancer
    of this label. `leader` is the proven one, else `unproven` says why there is none. `knocks` is
    what the members' ports answered from here; neither they nor `walls` need hold every member.
    """

    table: NodeBalancer
    cluster: Cluster
    want: WantedBalancer
    found: FoundBalancer | Unseen | None
    view: ClusterView | Unknown
    leader: str | None = None
    unproven: str = ""
    walls: Walls = field(default_factory=dict)
    knocks: Mapping[str, Knock] = field(default_factory=dict)

    @property
    def balancer(self) -> FoundBalancer | None:
        """What Linode shows, where it shows something."""
        return self.found if isinstance(self.found, FoundBalancer) else None

    @property
    def config(self) -> FoundConfig | None:
        """The configuration of the port that applications use."""
        return None if self.balancer is None else self.balancer.config(self.want.port)

    @property
    def nodes(self) -> tuple[FoundNode, ...]:
        return () if self.config is None else self.config.nodes

    @property
    def settings(self) -> Settings:
        """The settings in effect, else those that `apply` would write."""
        return self.want.settings if self.config is None else self.config.settings

    @property
    def port(self) -> int:
        """The members' port that carries traffic and is checked."""
        return self.cluster.traffic_port

    @property
    def table_name(self) -> str:
        return f"[nodebalancers.{self.want.id}]"

    @property
    def apply(self) -> str:
        """The command that mends what the inventory has right."""
        return f"pgbaton nodebalancer apply {self.want.id}"

    def node(self, member: str) -> FoundNode | None:
        """The member's node, where there is one at its address."""
        want = self.want.of(member)
        at = None if want is None else want.address
        return next((n for n in self.nodes if n.address == at), None)

    def member(self, address: Address) -> str | None:
        """The member that is meant by a backend's address."""
        want = self.want.node(address)
        return None if want is None else want.member

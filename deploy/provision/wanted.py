"""What is wanted at Linode as values, each thing with the label by which it is found again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.provision.roles import Role
from deploy.provision.rules import WallRule
from jobs.balancer.wanted import WantedBalancer


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGroup:
    """A placement group, and whose Linodes must not share a host."""

    label: str
    policy: str
    linodes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedVpc:
    """A VPC with the one subnet that all addresses are of; both have this label."""

    label: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFirewall:
    """A Cloud Firewall. The one before NodeBalancers takes its rules from the Linodes' public
    addresses, so that it has none here."""

    label: str
    rules: tuple[WallRule, ...] = ()
    front: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedLinode:
    """One machine. `group` and `firewall` are labels. `user_data` is cloud-init's, in the clear;
    it may hold the machine's host key, so it is never shown."""

    name: str
    label: str
    type: str
    image: str
    address: str
    firewall: str
    roles: tuple[Role, ...]
    group: str | None = None
    backups: bool = False
    keys: tuple[str, ...] = ()
    user_data: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Everything, in the order in which it must come about. `elsewhere` are hosts that are not in the
    subnet: they are somebody else's, and stay so. `clients` are networks that may reach the
    NodeBalancers at `front_ports` besides our machines."""

    region: str
    tags: tuple[str, ...]
    groups: tuple[WantedGroup, ...]
    vpc: WantedVpc
    firewalls: tuple[WantedFirewall, ...]
    linodes: tuple[WantedLinode, ...]
    front_ports: tuple[int, ...] = ()
    clients: tuple[str, ...] = ()
    balancers: tuple[WantedBalancer, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def front(self) -> WantedFirewall | None:
        """The firewall before NodeBalancers, where there is to be one."""
        return next((f for f in self.firewalls if f.front), None)

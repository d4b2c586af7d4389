"""What stands at Linode, parsed once at the border, as far as provisioning compares it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.balancer.found import FoundBalancer


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundGroup:
    """A placement group; `linodes` are ids."""

    id: int
    label: str
    region: str
    policy: str
    linodes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSubnet:
    id: int
    label: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVpc:
    """A VPC; its description is where we sign, since VPCs have no tags."""

    id: int
    label: str
    region: str
    description: str
    subnets: tuple[FoundSubnet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundWall:
    """A Cloud Firewall. `inbound` as Linode shows it, rule by rule; `devices` as (kind, id)."""

    id: int
    label: str
    tags: tuple[str, ...]
    enabled: bool
    policies: tuple[str, str]
    inbound: tuple[Mapping[str, Any], ...]
    outbound: tuple[Mapping[str, Any], ...]
    devices: frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLinode:
    """A Linode. `address` is its VPC address, `public` the one that leads to it from outside; `ipv4` are
    all that are its own."""

    id: int
    label: str
    region: str
    type: str
    image: str
    status: str
    tags: tuple[str, ...]
    group: int | None = None
    address: str | None = None
    public: str | None = None
    ipv4: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Everything by label; of Linodes, firewalls, VPCs and groups all that the account has, of
    NodeBalancers those that were asked for."""

    groups: Mapping[str, FoundGroup] = field(default_factory=dict)
    vpcs: Mapping[str, FoundVpc] = field(default_factory=dict)
    walls: Mapping[str, FoundWall] = field(default_factory=dict)
    linodes: Mapping[str, FoundLinode] = field(default_factory=dict)
    balancers: Mapping[str, FoundBalancer] = field(default_factory=dict)

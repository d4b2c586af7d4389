"""Every change that provisioning makes: a closed set, none of which takes anything away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, assert_never

from deploy.provision.wanted import WantedGroup, WantedLinode, WantedVpc
from jobs.balancer.change import Change
from jobs.balancer.told import said as balancer_said

Rules = tuple[Mapping[str, Any], ...]
"""Inbound rules in Linode's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateGroup:
    want: WantedGroup
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVpc:
    """The VPC together with its subnet: one request, both or neither."""

    want: WantedVpc
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSubnet:
    vpc: int
    want: WantedVpc


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWall:
    label: str
    rules: Rules
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRules:
    """`inbound` holds others' rules, too, where they stood; `outbound` is as it was found."""

    wall: int
    label: str
    inbound: Rules
    outbound: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLinode:
    """`subnet`, `wall` and `group` are ids."""

    want: WantedLinode
    region: str
    subnet: int
    wall: int
    group: int | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """Put a Linode or a NodeBalancer, which has no firewall, behind ours."""

    wall: int
    wall_label: str
    kind: str
    id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A change at a NodeBalancer, as `nodebalancer apply` makes it."""

    label: str
    change: Change


Step: TypeAlias = (
    CreateGroup | CreateVpc | CreateSubnet | CreateWall | SetRules | CreateLinode | Attach | Balance
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """A change that is due, but not yet possible: what it needs is to be created first."""

    needs: tuple[str, ...] = field(default_factory=tuple)


def told(step: Step) -> str:
    """A few words that go on after "could not", or stand by themselves."""
    match step:
        case CreateGroup(want=group):
            return f"create placement group {group.label}"
        case CreateVpc(want=vpc):
            return f"create VPC {vpc.label} with the subnet {vpc.network}"
        case CreateSubnet(want=vpc):
            return f"create subnet {vpc.label} ({vpc.network})"
        case CreateWall():
            return f"create firewall {step.label}"
        case CreateLinode(want=linode):
            return f"create Linode {linode.label} ({linode.type}, {linode.address})"
        case _:
            return _changed(step)


def _changed(step: SetRules | Attach | Balance) -> str:
    match step:
        case SetRules():
            return f"set the rules of firewall {step.label}"
        case Attach():
            return f"put {step.label} behind firewall {step.wall_label}"
        case Balance():
            said = balancer_said(step.change)
            return said if step.label in said else f"{said} (NodeBalancer {step.label})"
    assert_never(step)

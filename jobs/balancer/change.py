"""Every change that is made at a NodeBalancer: a closed set, none of which deletes anything."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.balancer.wanted import Settings, WantedBalancer, WantedNode


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBalancer:
    """The NodeBalancer itself; its configuration and nodes are changes of their own."""

    wanted: WantedBalancer


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateConfig:
    """The configuration of a port."""

    balancer: int
    port: int
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SetConfig:
    """Settings of a configuration that drifted; what is not named stays."""

    balancer: int
    config: int
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNode:
    """A member that is no backend (yet, or any more: Linode drops the node of a deleted machine)."""

    balancer: int
    config: int
    node: WantedNode
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveNode:
    """A node with the member's label at another address."""

    balancer: int
    config: int
    id: int
    node: WantedNode


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """Whether a node takes traffic: accept or reject. `label` is told to people."""

    balancer: int
    config: int
    id: int
    label: str
    mode: str


Change = CreateBalancer | CreateConfig | SetConfig | CreateNode | MoveNode | SetMode

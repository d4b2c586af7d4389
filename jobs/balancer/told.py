"""A change to a NodeBalancer as people read it."""

from __future__ import annotations

from typing import assert_never

from jobs.balancer.change import (
    Change,
    CreateBalancer,
    CreateConfig,
    CreateNode,
    MoveNode,
    SetConfig,
    SetMode,
)
from jobs.balancer.wanted import Settings


def said(change: Change) -> str:
    """A few words that go on after "could not", or stand by themselves."""
    match change:
        case CreateBalancer():
            where = f" in {change.wanted.region}" if change.wanted.region else ""
            return f"create NodeBalancer {change.wanted.label}{where}"
        case CreateConfig():
            return f"create its configuration of port {change.port}: {_listed(change.settings)}"
        case SetConfig():
            return f"set {_listed(change.settings)}"
        case CreateNode():
            node = change.node
            return f"add node {node.label} ({node.address}), mode {change.mode}"
        case MoveNode():
            return f"move node {change.node.label} to {change.node.address}"
        case SetMode():
            return f"set {change.label} to {change.mode}"
    assert_never(change)


def _listed(settings: Settings) -> str:
    return ", ".join(f"{name} {str(value).lower()}" for name, value in settings.items())

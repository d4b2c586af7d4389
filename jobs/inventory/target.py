"""What follows a cluster's leader, each by one word: without it, only hosts could be given to jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BALANCER, DNS, MEMBER = "nodebalancer:", "dns:", "member:"
"""No name in an inventory holds a colon or an @, so that no two kinds of targets look alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A host with its applications at the leader; one with those `behind` a NodeBalancer; a
    NodeBalancer; a DNS record. `name` is the inventory's id. A `member` follows nobody: it is a stale
    primary that a job was given to isolate."""

    kind: Literal["host", "nodebalancer", "dns", "member"]
    name: str
    behind: str | None = None

    def __str__(self) -> str:
        match self.kind:
            case "nodebalancer":
                return f"{BALANCER}{self.name}"
            case "dns":
                return f"{DNS}{self.name}"
            case "member":
                return f"{MEMBER}{self.name}"
            case "host":
                return self.name if self.behind is None else f"{self.name}@{self.behind}"

    @property
    def gate(self) -> str | None:
        """The target that must lead to the leader before this one is touched."""
        return None if self.behind is None else f"{BALANCER}{self.behind}"

    def journal(self, cluster: str) -> str:
        """What the host's own journal and fence for this target are called. Applications behind a
        NodeBalancer have one of their own: those at the leader come first, and must not make the
        host believe that it owes these nothing."""
        return cluster if self.behind is None else f"{cluster}@{self.behind}"

    @property
    def told(self) -> str:
        """As people read it."""
        match self.kind:
            case "nodebalancer":
                return f"NodeBalancer {self.name}"
            case "dns":
                return f"DNS record {self.name}"
            case "member":
                return f"stale member {self.name}"
            case "host":
                return (
                    self.name
                    if self.behind is None
                    else f"{self.name} (behind NodeBalancer {self.behind})"
                )


def parse_target(text: str) -> Target:
    """Read what `str(target)` wrote."""
    if text.startswith(BALANCER):
        return Target(kind="nodebalancer", name=text.removeprefix(BALANCER))
    if text.startswith(DNS):
        return Target(kind="dns", name=text.removeprefix(DNS))
    if text.startswith(MEMBER):
        return Target(kind="member", name=text.removeprefix(MEMBER))
    name, _, behind = text.partition("@")
    return Target(kind="host", name=name, behind=behind or None)

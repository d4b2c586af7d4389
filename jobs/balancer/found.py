"""What Linode's API says of a NodeBalancer, parsed once at the border (shapes: API 4.234)."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobs.inventory.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNode:
    """A backend. `mode` is accept, reject, drain or backup; `status` UP, DOWN or unknown."""

    id: int
    label: str
    address: Address
    mode: str = "accept"
    status: str = "unknown"
    weight: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundConfig:
    """One inbound port. `settings` holds every other member of the API's object that is a scalar:
    protocol, algorithm, check, check_path, check_interval, …, by Linode's own names."""

    id: int
    port: int
    settings: dict[str, str | int | bool] = field(default_factory=dict)
    nodes: tuple[FoundNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBalancer:
    """A NodeBalancer with all its configurations and their nodes. `throttle` is
    client_conn_throttle: connections a second from one client, 0 for no limit."""

    id: int
    label: str
    region: str
    type: str = "common"
    ipv4: str | None = None
    ipv6: str | None = None
    throttle: int = 0
    tags: tuple[str, ...] = ()
    configs: tuple[FoundConfig, ...] = ()

    def config(self, port: int) -> FoundConfig | None:
        """The configuration that listens on a TCP port; a UDP one may have the same number."""
        mine = (c for c in self.configs if c.port == port and c.settings.get("protocol") != "udp")
        return next(mine, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One inbound rule of a Cloud Firewall. `ports` as the API writes them ("22, 5432-5433"; None:
    all), `addresses` as networks."""

    action: str
    protocol: str
    ports: str | None
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFirewall:
    """A Cloud Firewall on a machine: its rules for what comes in, first match wins, else `policy`
    (ACCEPT or DROP)."""

    label: str
    policy: str
    enabled: bool = True
    inbound: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """What a backend's port answers to a health check's request. `status` is HTTP's, None where
    nothing spoke HTTP there; `kind` tells how it ended: "http", "refused", "silent" (no answer in
    time), "no-http" (something else answered)."""

    kind: str
    status: int | None = None
    reason: str = ""

"""Linode's API, as far as the jobs need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.balancer.change import Change
from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Knock
from jobs.inventory import Address, DnsRecord, NodeBalancer
from jobs.zone import FoundZone, RecordChange


class Balancers(Protocol):
    """NodeBalancers at Linode. Whatever asks the API raises LinodeUnavailable within `timeout`
    seconds; nothing here is repeated by the adapter but what is safe to repeat."""

    def read(self, balancer: NodeBalancer, *, timeout: float) -> FoundBalancer | None:
        """The NodeBalancer of the inventory's label with all its configurations and nodes; None
        where there is none, LinodeUnavailable where the label matches two."""

    def nodes(self, balancer: int, config: FoundConfig, *, timeout: float) -> tuple[FoundNode, ...]:
        """The nodes of a configuration as they are now, in one request."""

    def apply(self, change: Change, *, timeout: float) -> None:
        """Make one change. What was made before (a reply that got lost) is found by its label or
        address and not made twice."""

    def firewalls(self, linode: str, *, timeout: float) -> tuple[FoundFirewall, ...] | None:
        """The Cloud Firewalls of the machine with this label; None where there is no such machine."""

    def knock(self, address: Address, path: str, *, timeout: float) -> Knock:
        """Ask a backend's port for what the health check asks it; never raises."""


class Records(Protocol):
    """DNS records at Linode; raises LinodeUnavailable within `timeout` seconds."""

    def read(self, record: DnsRecord, *, names: Sequence[str], timeout: float) -> FoundZone | None:
        """The record's domain, and its records of these names; None where there is no such domain."""

    def apply(self, change: RecordChange, *, timeout: float) -> None:
        """Make one change; a record with the same name, type and target is not made twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinodeEvent:
    """One event of the account. `created` is the API's own text (UTC without a zone); `label` and
    `entity` name what it befell ("linode", "nodebalancer", …)."""

    id: int
    action: str
    status: str
    created: str
    entity: str | None = None
    label: str | None = None


class LinodeEvents(Protocol):
    """The account's events; raises LinodeUnavailable within `timeout` seconds."""

    def since(self, created: str, *, timeout: float) -> tuple[LinodeEvent, ...]:
        """Those created at this instant or later, oldest first, in as few requests as it takes."""

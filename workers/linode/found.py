"""From Linode's objects to the jobs' values: what a NodeBalancer, its nodes and a firewall are said to be."""

from __future__ import annotations

from collections.abc import Iterable

from jobs.balancer.found import FoundBalancer, FoundConfig, FoundFirewall, FoundNode, Rule
from workers.linode.rows import Row

_STATUSES = ("UP", "DOWN")
_APART = frozenset({"id", "port", "ssl_cert", "ssl_key"})
"""Members of a configuration that are none of its settings, or nobody's business."""


def balancer_of(row: Row, configs: Iterable[FoundConfig]) -> FoundBalancer:
    """A NodeBalancer with its configurations."""
    return FoundBalancer(
        id=row.number("id"),
        label=row.text("label"),
        region=row.text("region"),
        type=row.maybe("type") or "common",
        ipv4=row.maybe("ipv4"),
        ipv6=row.maybe("ipv6"),
        throttle=row.number("client_conn_throttle"),
        tags=row.texts("tags"),
        configs=tuple(configs),
    )


def config_of(row: Row, nodes: Iterable[FoundNode]) -> FoundConfig:
    """A configuration with its nodes."""
    settings = {name: value for name, value in row.scalars().items() if name not in _APART}
    return FoundConfig(
        id=row.number("id"), port=row.number("port"), settings=settings, nodes=tuple(nodes)
    )


def node_of(row: Row) -> FoundNode:
    """A node. Before its first check Linode writes Unknown, its document unknown."""
    status = row.text("status")
    return FoundNode(
        id=row.number("id"),
        label=row.text("label"),
        address=row.address("address"),
        mode=row.text("mode"),
        status=status if status in _STATUSES else "unknown",
        weight=row.number("weight"),
    )


def firewall_of(row: Row, rules: Row) -> FoundFirewall:
    """A Cloud Firewall with these rules."""
    return FoundFirewall(
        label=row.text("label"),
        policy=rules.text("inbound_policy"),
        enabled=row.text("status") == "enabled",
        inbound=tuple(map(_rule, rules.rows("inbound"))),
    )


def is_indirect(rules: Row) -> bool:
    """True where rules stand elsewhere, in a rule set, or addresses in a prefix list (pl:…)."""
    inbound = rules.rows("inbound")
    return any(
        rule.maybe("action") is None or any(a.startswith("pl:") for a in _addresses(rule))
        for rule in inbound
    )


def _rule(row: Row) -> Rule:
    return Rule(
        action=row.text("action"),
        protocol=row.text("protocol"),
        ports=row.maybe("ports") or None,
        addresses=_addresses(row),
    )


def _addresses(row: Row) -> tuple[str, ...]:
    named = row.row("addresses")
    return (*named.texts("ipv4"), *named.texts("ipv6"))

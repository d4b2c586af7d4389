"""Evidence as tests write it: a NodeBalancer with which nothing is wrong, and one thing changed at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from deploy.doctor.evidence import Evidence
from deploy.doctor.finding import Finding
from deploy.doctor.nodebalancer import diagnose
from jobs.balancer.found import FoundBalancer, FoundFirewall, FoundNode, Knock, Rule
from jobs.balancer.standing import RANGE
from jobs.balancer.wanted import wanted
from jobs.claims import ClusterView, LeaderKey, MemberRecord
from jobs.inventory import Inventory
from tests.unit.jobs.balancer.values import LINODE, found, inventory_of, node, nodes

YES, NO = Knock(kind="http", status=200), Knock(kind="http", status=503)
MEMBERS = ("pg1", "pg2", "pg3")


def accept(ports: str | None = "5432", *networks: str, protocol: str = "TCP") -> Rule:
    return Rule(
        action="ACCEPT", protocol=protocol, ports=ports, addresses=networks or ("192.168.255.0/24",)
    )


def drop(ports: str | None = "5432", *networks: str) -> Rule:
    return Rule(action="DROP", protocol="TCP", ports=ports, addresses=networks or ("0.0.0.0/0",))


def wall(*rules: Rule, policy: str = "DROP", enabled: bool = True) -> FoundFirewall:
    return FoundFirewall(label="db-nodes", policy=policy, enabled=enabled, inbound=rules)


def record(member: str, port: int = 5433) -> MemberRecord:
    host = f"10.0.0.{member[-1]}"
    return MemberRecord(
        name=member,
        conn_url=f"postgres://{host}:{port}/postgres",
        api_url=f"http://{host}:8008/patroni",
    )


def view(*members: str, port: int = 5433, standby: bool = False) -> ClusterView:
    """As etcd lists them; pg1 holds the key."""
    return ClusterView(
        cluster="shop",
        revision=9,
        leader=LeaderKey(member="pg1", epoch=7, lease=1),
        members=tuple(record(m, port) for m in members or MEMBERS),
        standby_cluster=standby,
    )


def evidence(inventory: Inventory | None = None, **parts: Any) -> Evidence:
    """pg1 leads and is UP; every port and firewall is as it must be. `parts` replaces some of it."""
    inventory = inventory or inventory_of()
    table = inventory.nodebalancers["front"]
    healthy: dict[str, Any] = {
        "table": table,
        "cluster": inventory.clusters[table.cluster],
        "want": wanted(inventory, "front"),
        "found": found(),
        "view": view(),
        "leader": "pg1",
        "walls": {m: (wall(accept()),) for m in MEMBERS},
        "knocks": {"pg1": YES, "pg2": NO, "pg3": NO},
    }
    return Evidence(**{**healthy, **parts})


def by(old: str, new: str, **parts: Any) -> Evidence:
    """Evidence over an inventory in which one text is another."""
    assert old in LINODE
    return evidence(inventory_of(LINODE.replace(old, new)), **parts)


def balancer(of: tuple[FoundNode, ...] | None = None, /, **members: Any) -> FoundBalancer:
    """The right NodeBalancer but for some members of its own."""
    return replace(found(of), **members)


def named(seen: Evidence, name: str) -> Finding | None:
    """The worst finding of this name."""
    return next((f for f in diagnose(seen) if f.name == name), None)


__all__ = [
    "LINODE", "MEMBERS", "NO", "RANGE", "YES", "accept", "balancer", "by", "drop", "evidence",
    "found", "named", "node", "nodes", "record", "view", "wall",
]  # fmt: skip

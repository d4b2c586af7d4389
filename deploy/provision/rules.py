"""Who may reach which port of which kind of machine: the Cloud Firewalls' rules, from the inventory alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from deploy.provision.roles import Role, roles_of
from deploy.site import Placed
from jobs.inventory import Inventory

MARK = "pgbaton-"
"""Every rule of ours has a label that begins so; others in the same firewall are left alone."""

BALANCERS = "192.168.255.0/24"
"""Where NodeBalancers without a VPC check and forward from."""

ANYBODY = ("0.0.0.0/0", "::/0")
ETCD_PEERS = 2380


@dataclass(frozen=True, slots=True, kw_only=True)
class WallRule:
    """One inbound rule; `ports` as Linode writes them, None for ICMP. Networks are sorted."""

    label: str
    protocol: Literal["TCP", "ICMP"]
    ports: str | None
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]


def rules(
    inventory: Inventory, machines: Sequence[Placed], of: Sequence[Role]
) -> tuple[WallRule, ...]:
    """What may come in at machines that have all of these roles. Empty sources give no rule."""
    mine = [m for m in machines if set(of) <= set(roles_of(m))]
    return tuple(_kept(_rules(inventory, mine, of)))


def front_rules(inventory: Inventory, publics: Iterable[str]) -> tuple[WallRule, ...]:
    """What may come in at NodeBalancers: our machines by their public addresses, and `clients`."""
    ports = {b.port for b in inventory.nodebalancers.values()}
    sources = (*(_one(address) for address in publics), *inventory.deploy.clients)
    return tuple(_kept([_rule("front", ports, sources)]))


def _rules(
    inventory: Inventory, machines: Sequence[Placed], of: Sequence[Role]
) -> Iterator[WallRule]:
    inside, operators = _inside(inventory), inventory.deploy.operators
    yield _rule("ssh", {m.ssh.port for m in machines}, (*inside, *operators))
    yield _rule("icmp", (), (*inside, *operators))
    if "etcd" in of:
        yield _rule("etcd", {*_etcd_ports(inventory, machines), ETCD_PEERS}, inside)
    if "database" in of:
        yield from _database(inventory, machines, inside)
    if "control" in of:
        yield from _control(inventory, machines, inside)
    if "host" in of:
        yield _rule("http", {80, 443}, ANYBODY)


def _database(
    inventory: Inventory, machines: Sequence[Placed], inside: Sequence[str]
) -> Iterator[WallRule]:
    clusters = [inventory.clusters[m.cluster] for m in machines if m.cluster is not None]
    traffic = {c.traffic_port for c in clusters}
    ports = {*traffic, *(c.postgresql_port for c in clusters)}
    yield _rule("postgresql", ports, (*inside, *inventory.deploy.clients))
    yield _rule("patroni", {c.rest_port for c in clusters}, inside)
    yield _rule("balancer", traffic, (BALANCERS,))


def _control(
    inventory: Inventory, machines: Sequence[Placed], inside: Sequence[str]
) -> Iterator[WallRule]:
    runs = {one for m in machines for one in m.runs}
    if "redis" in runs:
        yield _rule("redis", {_port(inventory.redis.url, 6379)}, inside)
    if "web" in runs:
        yield _rule("webhook", {_port(url, 80) for url in inventory.webhook.urls}, inside)
    if "pages" in runs and inventory.pages.url is not None:
        sources = (*inside, *inventory.deploy.operators)
        yield _rule("pages", {_port(inventory.pages.url, 443)}, sources)


def _inside(inventory: Inventory) -> tuple[str, ...]:
    """The machines' own networks, the subnet first."""
    subnet = () if inventory.provision is None else (inventory.provision.subnet,)
    return (*subnet, *inventory.deploy.networks)


def _etcd_ports(inventory: Inventory, machines: Sequence[Placed]) -> Iterator[int]:
    for name in {m.etcd for m in machines if m.etcd is not None}:
        yield from (_port(endpoint, 2379) for endpoint in inventory.etcd[name].endpoints)


def _port(url: str, default: int) -> int:
    parts = urlsplit(url)
    return parts.port or {"http": 80, "https": 443}.get(parts.scheme, default)


def _rule(name: str, ports: Iterable[int], sources: Iterable[str]) -> WallRule:
    networks = [ipaddress.ip_network(source) for source in dict.fromkeys(sources)]
    v4 = [n for n in networks if isinstance(n, ipaddress.IPv4Network)]
    v6 = [n for n in networks if isinstance(n, ipaddress.IPv6Network)]
    return WallRule(
        label=f"{MARK}{name}",
        protocol="ICMP" if name == "icmp" else "TCP",
        ports=None if name == "icmp" else ",".join(map(str, sorted(ports))),
        ipv4=tuple(map(str, ipaddress.collapse_addresses(v4))),
        ipv6=tuple(map(str, ipaddress.collapse_addresses(v6))),
    )


def _kept(found: Iterable[WallRule]) -> Iterator[WallRule]:
    """Without rules that would let nobody in, or nowhere."""
    yield from (r for r in found if r.ports != "" and (r.ipv4 or r.ipv6))


def _one(address: str) -> str:
    return str(ipaddress.ip_network(address))

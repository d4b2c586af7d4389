"""Which certificates an inventory asks for, and what must stand in them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from deploy.keyring.keyring import Purpose
from deploy.site import Placed, placed
from jobs.inventory import Inventory

Use = Literal["server", "client"]
OURS = "pgbaton"
"""Whose certificate that of our own processes is, on whatever machine they run."""
LOCAL = ("localhost", "127.0.0.1", "::1")

_USES: Mapping[Purpose, tuple[Use, ...]] = {
    "etcd": ("server", "client"),
    "patroni": ("server", "client"),
    "postgresql": ("server",),
    "redis": ("server",),
    "web": ("server",),
    "client": ("client",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A certificate that is wanted. `hosts`: every name and address that it must prove."""

    name: str
    purpose: Purpose
    hosts: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """How people call it, and how its files are called."""
        return f"{self.name}.{self.purpose}"

    @property
    def uses(self) -> tuple[Use, ...]:
        return _USES[self.purpose]


def leaves(inventory: Inventory) -> tuple[Leaf, ...]:
    """Every certificate that the inventory asks for; none where nothing speaks TLS. Raises CannotPlace."""
    machines = placed(inventory)
    known = {host for machine in machines.values() for host in _hosts(machine)}
    found = [leaf for machine in machines.values() for leaf in _of(inventory, machine, known)]
    return (*found, *([Leaf(name=OURS, purpose="client")] if _asks(inventory) else []))


def _of(inventory: Inventory, machine: Placed, known: AbstractSet[str]) -> Iterator[Leaf]:
    for purpose in _purposes(inventory, machine):
        fronts = (spelt(host) for host in _fronts(inventory, machine, purpose))
        before = [host for host in fronts if host not in known]
        hosts = tuple(dict.fromkeys((*_hosts(machine), *before)))
        yield Leaf(name=machine.name, purpose=purpose, hosts=hosts)


def _fronts(inventory: Inventory, machine: Placed, purpose: Purpose) -> Iterator[str]:
    """What clients call instead of the machine: a balancer, a record, a service's own name."""
    if purpose == "etcd":
        urls: tuple[str, ...] = inventory.etcd[machine.etcd or ""].endpoints
        yield from (host for url in urls for host in _of_url(url))
    elif purpose == "postgresql":
        balancers = (b for b in inventory.nodebalancers.values() if b.cluster == machine.cluster)
        yield from (b.address for b in balancers if b.address is not None)
        yield from (d.fqdn for d in inventory.dns.values() if d.cluster == machine.cluster)
    elif purpose == "redis":
        yield from _of_url(inventory.redis.url)
    elif purpose == "web":
        urls = (*inventory.webhook.urls, inventory.pages.url or "")
        yield from (host for url in urls if url.startswith("https://") for host in _of_url(url))


def _of_url(url: str) -> Iterator[str]:
    for place in urlsplit(url).netloc.split(","):
        host = urlsplit(f"//{place}").hostname
        if host:
            yield host


def _purposes(inventory: Inventory, machine: Placed) -> Iterator[Purpose]:
    if machine.etcd is not None and encrypted(inventory, machine.etcd):
        yield "etcd"
    if machine.cluster is not None:
        cluster = inventory.clusters[machine.cluster]
        if cluster.rest.ca is not None or encrypted(inventory, cluster.etcd):
            yield "patroni"
        if cluster.rest.ca is not None:
            yield "postgresql"
    if "redis" in machine.runs and encrypted_redis(inventory):
        yield "redis"
    if _serves_https(inventory, machine):
        yield "web"


def encrypted(inventory: Inventory, etcd: str) -> bool:
    """Whether one etcd cluster serves TLS."""
    return any(url.startswith("https://") for url in inventory.etcd[etcd].endpoints)


def encrypted_redis(inventory: Inventory) -> bool:
    """Whether Redis serves TLS."""
    return inventory.redis.url.startswith("rediss")


def _serves_https(inventory: Inventory, machine: Placed) -> bool:
    hooks = any(url.startswith("https://") for url in inventory.webhook.urls)
    pages = inventory.pages.url or ""
    own = urlsplit(pages).hostname in {machine.name.lower(), *_hosts(machine)}
    return ("web" in machine.runs and hooks) or (
        "pages" in machine.runs and pages.startswith("https://") and own
    )


def _asks(inventory: Inventory) -> bool:
    """Whether a server asks our processes for a certificate."""
    return any(encrypted(inventory, name) for name in inventory.etcd) or any(
        cluster.rest.ca is not None for cluster in inventory.clusters.values()
    )


def _hosts(machine: Placed) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(map(spelt, (machine.name, machine.address, machine.ssh.host, *LOCAL)))
    )


def spelt(host: str) -> str:
    """An address in its one shortest form; a name in small letters, and in ASCII as certificates have it."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.lower() if host.isascii() else host.lower().encode("idna").decode()

"""What every part is rendered from, and the questions that several of them ask of it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlsplit

from deploy.blueprint import RenderedFile, Unit
from deploy.keyring import Keyring
from deploy.site import Placed
from jobs.inventory import Address, Inventory
from jobs.inventory.linode import is_ip

HEADER = "# Rendered by pgbaton from the inventory; changes made here are overwritten.\n"
"""The first line of what is too short for a template."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one part adds to a machine; fields as in a Blueprint."""

    files: tuple[RenderedFile, ...] = ()
    units: tuple[Unit, ...] = ()
    packages: tuple[str, ...] = ()
    fragments: Mapping[str, RenderedFile] = field(default_factory=dict)


NOTHING = Share()


@dataclass(frozen=True, kw_only=True)  # without slots, for cached_property
class Scene:
    """One site: its inventory, its keys, and its machines by name."""

    inventory: Inventory
    keyring: Keyring
    places: Mapping[str, Placed]

    def etcd_secure(self, etcd: str) -> bool:
        """Whether this etcd is ours and speaks TLS; of another one the inventory names the files."""
        known = self.inventory.etcd[etcd]
        return bool(known.machines) and any(e.startswith("https:") for e in known.endpoints)

    def cluster_secure(self, cluster: str) -> bool:
        """Whether Patroni's REST API and PostgreSQL of this cluster speak TLS."""
        return self.inventory.clusters[cluster].rest.ca is not None

    def members_of(self, etcd: str) -> tuple[Placed, ...]:
        """The machines of one etcd."""
        return tuple(p for p in self.places.values() if p.etcd == etcd)

    @cached_property
    def control(self) -> tuple[Placed, ...]:
        """The machines that run a process of pgbaton's own."""
        return tuple(p for p in self.places.values() if p.ours)

    @cached_property
    def networks(self) -> tuple[str, ...]:
        """Where the machines are: what `deploy` says, else the subnet that `provision` makes, in which
        NodeBalancers have addresses, too; and one by one the addresses of machines that are elsewhere."""
        made, said = self.inventory.provision, self.inventory.deploy.networks
        known = said or (() if made is None else (made.subnet,))
        alone = [
            single(p.address)
            for p in self.numbered()
            if not any(ipaddress.ip_address(p.address) in ipaddress.ip_network(n) for n in known)
        ]
        return tuple(dict.fromkeys((*known, *alone)))

    def numbered(self) -> Iterator[Placed]:
        """The machines whose address is a number; a name could stand for another one tomorrow."""
        return (p for p in self.places.values() if is_ip(p.address))


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An address that a machine serves itself."""

    at: Address
    secure: bool


def served(urls: tuple[str, ...], here: Placed) -> Served | None:
    """Where `here` listens, by the first of the `urls` that names it; None where none does."""
    for url in urls:
        parts = urlsplit(url)
        if parts.hostname in {here.address.lower(), here.name.lower()}:
            host = here.address if is_ip(here.address) else "0.0.0.0"  # noqa: S104 - firewall decides
            return Served(at=Address(host=host, port=port_of(url)), secure=parts.scheme == "https")
    return None


def port_of(url: str) -> int:
    """The port of an http or https address."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


@cache
def single(address: str) -> str:
    """The network of one address."""
    return str(ipaddress.ip_network(address))


def secret_file(path: str, text: str, **more: Any) -> RenderedFile:
    """A file that its owner alone reads."""
    return RenderedFile(path=path, text=text, **{"mode": 0o600, "secret": True, **more})

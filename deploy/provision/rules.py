"""Cloud Firewalls let in what the machines' own nftables let in: the same doors, by role instead of by machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deploy.keyring import Keyring
from deploy.provision.roles import Role
from deploy.render.machine.firewall import Door, doors
from deploy.render.machine.scene import Scene
from deploy.site import Placed, placed
from jobs.inventory import Inventory

MARK = "pgbaton-"
"""Every rule of ours has a label that begins so; others in the same firewall are left alone."""

ANYBODY = ("0.0.0.0/0", "::/0")
WEB = (80, 443)
LONGEST = 32


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
    """What may come in at these machines, all of the same roles: each door as wide as the widest of
    them has it. Hosts serve the world at 80 and 443: what else their applications serve, people add."""
    scene = Scene(inventory=inventory, keyring=Keyring(Path()), places=placed(inventory))
    found = [door for machine in machines for door in doors(scene, machine)]
    return (
        _icmp((*scene.networks, *inventory.deploy.operators)),
        *(_rule(_named(door.what), door.ports, door.networks) for door in _joined(found)),
        *([_rule("http", WEB, ANYBODY)] if "host" in of else []),
    )


def front_rules(ports: Sequence[int], sources: Sequence[str]) -> tuple[WallRule, ...]:
    """What may come in at NodeBalancers."""
    return (_rule("front", ports, sources),) if sources else ()


def _joined(found: Iterable[Door]) -> Iterator[Door]:
    """One door of each name, with all the ports and networks that it has anywhere."""
    by_name: dict[str, list[Door]] = {}
    for door in found:
        by_name.setdefault(door.what, []).append(door)
    for what, some in by_name.items():
        ports = sorted({port for door in some for port in door.ports})
        networks = tuple(dict.fromkeys(n for door in some for n in door.networks))
        yield Door(what=what, ports=tuple(ports), networks=networks)


def _icmp(sources: Iterable[str]) -> WallRule:
    v4, v6 = _families(sources)
    return WallRule(label=f"{MARK}icmp", protocol="ICMP", ports=None, ipv4=v4, ipv6=v6)


def _rule(name: str, ports: Iterable[int], sources: Iterable[str]) -> WallRule:
    v4, v6 = _families(sources)
    told = ",".join(map(str, ports))
    return WallRule(label=f"{MARK}{name}", protocol="TCP", ports=told, ipv4=v4, ipv6=v6)


def _families(sources: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    networks = [ipaddress.ip_network(source) for source in dict.fromkeys(sources)]
    v4 = [n for n in networks if isinstance(n, ipaddress.IPv4Network)]
    v6 = [n for n in networks if isinstance(n, ipaddress.IPv6Network)]
    return (
        tuple(map(str, ipaddress.collapse_addresses(v4))),
        tuple(map(str, ipaddress.collapse_addresses(v6))),
    )


def _named(what: str) -> str:
    """A door's name as a part of a label."""
    short = re.sub("'s\\b|^the ", "", what.lower())
    return re.sub("[^a-z0-9]+", "-", short)[: LONGEST - len(MARK)].strip("-")

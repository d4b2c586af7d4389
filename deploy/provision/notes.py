"""What only Linode knew before, as lines for the inventory: addresses, a subnet, labels."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from deploy.provision.found import Found
from deploy.provision.plan import subnet_of
from deploy.provision.wanted import Wanted
from jobs.inventory import Inventory, NodeBalancer

PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A key that the inventory lacks, or has otherwise: `table` is the dotted way to it."""

    table: tuple[str, ...]
    key: str
    value: str | int

    def __str__(self) -> str:
        value = f'"{self.value}"' if isinstance(self.value, str) else str(self.value)
        return f"[{'.'.join(self.table)}] {self.key} = {value}"


def notes(inventory: Inventory, want: Wanted, found: Found) -> tuple[Note, ...]:
    """Every line, in the inventory's order of tables."""
    return (
        *_members(inventory, want),
        *_balancers(inventory, want, found),
        *_ssh(inventory, want, found),
    )


def _members(inventory: Inventory, want: Wanted) -> Iterator[Note]:
    """A member whose Linode is not called as the member is: doctor and probe look for it by label."""
    labels = {one.name: one.label for one in want.linodes}
    for cluster, table in inventory.clusters.items():
        for member in table.machines:
            if member in labels and table.linode_of(member) != labels[member]:
                yield Note(table=("clusters", cluster, "linodes"), key=member, value=labels[member])


def _balancers(inventory: Inventory, want: Wanted, found: Found) -> Iterator[Note]:
    subnet = subnet_of(want, found)
    inside = {b.id for b in want.balancers}
    for name, table in inventory.nodebalancers.items():
        there = found.balancers.get(table.label)
        if there is None or name not in inside:
            continue
        if there.ipv4 is not None and _lacking(table.address, (there.ipv4,)):
            yield Note(table=("nodebalancers", name), key="address", value=there.ipv4)
        if table.region is None:
            yield Note(table=("nodebalancers", name), key="region", value=want.region)
        if subnet is not None and _may_have(table, subnet):
            yield Note(table=("nodebalancers", name), key="subnet_id", value=subnet)


def _may_have(table: NodeBalancer, subnet: int) -> bool:
    """Backends that the table names itself are not in our subnet."""
    return not table.backends and table.subnet_id != subnet


def _ssh(inventory: Inventory, want: Wanted, found: Found) -> Iterator[Note]:
    """Where push reaches a machine from outside, where the inventory does not say, or not any more."""
    for one in want.linodes:
        table, there = inventory.machines.get(one.name), found.linodes.get(one.label)
        if there is None or there.public is None:
            continue
        if _lacking(None if table is None else table.ssh, (there.public, *there.ipv4)):
            yield Note(table=("machines", one.name), key="ssh", value=there.public)


def _lacking(told: str | None, now: Collection[str]) -> bool:
    """Whether there is no address, or one that went with a thing that was deleted and made anew: a public
    IPv4 address that is none of those now. Names, ports of a forwarder and private addresses are
    people's own."""
    if told is None:
        return True
    try:
        ip = ipaddress.IPv4Address(told)
    except ValueError:
        return False
    return told not in now and not any(ip in network for network in PRIVATE)

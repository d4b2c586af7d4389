"""Who is where: etcd, clusters, hosts and `machines` of one inventory, folded by the machine's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.site.placed import Placed
from jobs.inventory import Address, Inventory, Machine, parse_address
from jobs.inventory.placing import nowhere, several, torn
from jobs.inventory.spelling import spelled

SSH_PORT = 22


class CannotPlace(Exception):  # noqa: N818 - reads as a sentence
    """The inventory does not say where something runs; the message says what to write."""


def placed(inventory: Inventory) -> Mapping[str, Placed]:
    """Every machine by its name, in the inventory's order. Raises CannotPlace."""
    names = dict.fromkeys(
        [
            *(name for etcd in inventory.etcd.values() for name in etcd.machines),
            *(name for cluster in inventory.clusters.values() for name in cluster.machines),
            *inventory.machines,
            *inventory.hosts,
        ]
    )
    return {name: _placed(inventory, name) for name in names}


def _placed(inventory: Inventory, name: str) -> Placed:
    table, host = inventory.machines.get(name, Machine()), inventory.hosts.get(name)
    address = _address(inventory, name)
    return Placed(
        name=name,
        address=address,
        ssh=_ssh(table, address, host.port if host is not None else SSH_PORT),
        etcd=_one(name, [n for n, e in inventory.etcd.items() if name in e.machines], "etcd"),
        cluster=_one(
            name, [n for n, c in inventory.clusters.items() if name in c.machines], "clusters"
        ),
        host=host is not None,
        runs=table.runs,
        workers=table.workers if "worker" in table.runs else 0,
        host_keys=table.host_keys or (host.host_keys if host is not None else ()),
    )


def _address(inventory: Inventory, name: str) -> str:
    said = dict(_addresses(inventory, name))
    if not said:
        raise CannotPlace(nowhere(name))
    if len(set(map(spelled, said.values()))) > 1:
        raise CannotPlace(several(name, said))
    return parse_address(next(iter(said.values()))).host


def _addresses(inventory: Inventory, name: str) -> Iterator[tuple[str, str]]:
    for etcd, table in inventory.etcd.items():
        if name in table.machines:
            yield f"[etcd.{etcd}] machines", table.machines[name]
    for cluster, members in inventory.clusters.items():
        if name in members.machines:
            yield f"[clusters.{cluster}] machines", members.machines[name]
    machine, host = inventory.machines.get(name), inventory.hosts.get(name)
    if machine is not None and machine.address is not None:
        yield f"[machines.{name}] address", machine.address
    if host is not None:
        yield f"[hosts.{name}] address", host.address


def _ssh(table: Machine, address: str, port: int) -> Address:
    if table.ssh is None:
        return Address(host=address, port=port)
    named = parse_address(table.ssh)
    explicit = table.ssh not in {named.host, named.url_host}
    return named if explicit else Address(host=named.host, port=port)


def _one(name: str, of: list[str], section: str) -> str | None:
    if len(of) > 1:
        raise CannotPlace(torn(name, of, section))
    return of[0] if of else None

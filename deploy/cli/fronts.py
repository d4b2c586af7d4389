"""What of NodeBalancers and DNS records will not work, or less well than it could, by the inventory alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from deploy.cli.remark import Remark
from deploy.doctor.check import SLOW, within
from deploy.doctor.front import PRIVATE
from deploy.doctor.mux import never_passes
from deploy.doctor.path import Passes, passes
from jobs.balancer.wanted import WantedBalancer, wanted
from jobs.inventory.linode import is_ip

if TYPE_CHECKING:
    from jobs.inventory import Inventory, NodeBalancer


def fronts(inventory: Inventory) -> Iterator[Remark]:
    """One balancer or record after the other."""
    yield from _muxes(inventory)
    for name, table in inventory.nodebalancers.items():
        path = f"nodebalancers.{name}"
        want = wanted(inventory, name)
        if _uncreated(inventory, table):
            yield Remark(
                path=f"{path}.address",
                reason="not created yet, so that its address and subnet_id are not known",
                remedy="pgbaton provision --write creates it, and writes them here",
            )
            continue
        yield from _unwritten(path, name, table)
        yield from _unproven(table, inventory)
        yield from _checked(path, want, muxed=inventory.clusters[table.cluster].mux is not None)
        yield from _reached(path, table, want)
    for name, record in inventory.dns.items():
        machines = inventory.clusters[record.cluster].machines
        yield from _resolved(f"dns.{name}", {**machines, **record.addresses}, record.cluster)


def _muxes(inventory: Inventory) -> Iterator[Remark]:
    for cluster in dict.fromkeys(b.cluster for b in inventory.nodebalancers.values()):
        hopeless = never_passes(cluster, inventory.clusters[cluster])
        if hopeless is not None:
            reason = f"{hopeless.reason}: its NodeBalancer's check can never pass"
            yield Remark(path=f"clusters.{cluster}.mux", reason=reason, remedy=hopeless.remedy)


def _uncreated(inventory: Inventory, table: NodeBalancer) -> bool:
    return inventory.provision is not None and table.address is None and table.subnet_id is None


def _unwritten(path: str, name: str, table: NodeBalancer) -> Iterator[Remark]:
    if table.address is None:
        yield Remark(
            path=f"{path}.address",
            reason="not written: nobody can log in through it to prove that it leads right",
            remedy=f"pgbaton nodebalancer show {name} prints it",
        )
        if table.region is None:
            yield Remark(
                path=f"{path}.region",
                reason="not written: Linode creates none without",
                remedy='write region = "us-ord", or wherever the database nodes are',
            )


def _unproven(table: NodeBalancer, inventory: Inventory) -> Iterator[Remark]:
    if inventory.clusters[table.cluster].probe.user is None:
        yield Remark(
            path=f"clusters.{table.cluster}.probe.user",
            reason="not written: no login proves where the NodeBalancer leads; node status alone must do",
            remedy="name a monitoring role",
        )


def _checked(path: str, want: WantedBalancer, *, muxed: bool) -> Iterator[Remark]:
    asked = str(want.settings["check_path"])
    who = passes(asked, muxed=muxed)
    if who is not Passes.LEADER:
        yield Remark(
            path=f"{path}.check_path",
            reason=f"{asked} lets {who} pass, not the leader alone",
            remedy='write "/primary"',
        )
    if within(want.settings) > SLOW:
        yield Remark(
            path=f"{path}.check_interval",
            reason=f"a lost leader is noticed within {within(want.settings)} s only",
            remedy="write less here, or in check_attempts",
        )


def _reached(path: str, table: NodeBalancer, want: WantedBalancer) -> Iterator[Remark]:
    """Linode takes names for no backend, and IPv4 addresses only of its own two kinds."""
    hosts = {node.member: node.address.host for node in want.nodes}
    named = [f"{m} ({h})" for m, h in hosts.items() if not is_ip(h)]
    foreign = [f"{m} ({h})" for m, h in hosts.items() if is_ip(h) and _foreign(h)]
    if named:
        yield Remark(
            path=f"{path}.backends",
            reason=f"no address of {', '.join(named)}: Linode takes no names",
            remedy="write their addresses here",
        )
    if foreign and table.subnet_id is None:
        yield Remark(
            path=f"{path}.backends",
            reason=f"{', '.join(foreign)}: not Linode's private IPv4 ({PRIVATE})",
            remedy="write such addresses here, or, where these are a VPC's, its subnet_id",
        )


def _foreign(host: str) -> bool:
    address = ipaddress.ip_address(host)
    return address.version == PRIVATE.version and address not in PRIVATE


def _resolved(path: str, addresses: Mapping[str, str], cluster: str) -> Iterator[Remark]:
    named = [f"{member} ({host})" for member, host in addresses.items() if not is_ip(host)]
    if not addresses or named:
        yield Remark(
            path=f"{path}.addresses",
            reason=f"no address of {', '.join(named) or f'any member of {cluster}'}: the record cannot follow",
            remedy="write the members' addresses here",
        )

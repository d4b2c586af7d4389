"""Linodes: what the API says of the machines, and what goes with one that is deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.lab.linode.account import nodes
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Row
from deploy.lab.linode.rest.routes import Route

AFTERWARDS = {
    "linode_shutdown": "offline",
    "linode_boot": "running",
    "linode_reboot": "running",
    "host_reboot": "running",
    "lassie_reboot": "running",
}
"""A machine's status once this has happened to it."""


def routes(world: World) -> list[Route]:
    desk, area = Machines(world), "linodes"
    path, one = "/linode/instances", "/linode/instances/<int:machine>"
    return [
        Route("GET", path, desk.all, area, collection=True),
        Route("GET", one, desk.view, area),
        Route("DELETE", one, desk.delete, area),
        Route("GET", f"{one}/firewalls", desk.firewalls, area, collection=True),
        Route("GET", f"{one}/nodebalancers", desk.balancers, area, collection=True),
        Route("GET", f"{one}/interfaces", desk.interfaces, area),
        Route("GET", f"{one}/interfaces/<int:interface>", desk.interface, area),
        Route(
            "GET",
            f"{one}/interfaces/<int:interface>/firewalls",
            desk.interface_firewalls,
            area,
            collection=True,
        ),
    ]


@dataclass(frozen=True, slots=True)
class Machines:
    """What one may do with Linodes."""

    world: World

    def all(self) -> Iterable[Row]:
        return [self.world.alive(one) for one in self.world.machines]

    def view(self, machine: int) -> Row:
        return self.world.alive(self.world.machines.get(machine))

    def delete(self, machine: int) -> Row:
        remove(self.world, self.world.machines.get(machine))
        return {}

    def firewalls(self, machine: int) -> Iterable[Row]:
        return self.world.walls("linode", self.world.machines.get(machine))

    def balancers(self, machine: int) -> Iterable[Row]:
        """The NodeBalancers that this machine is a backend of."""
        found = nodes_of(self.world, self.world.machines.get(machine))
        wanted = {node["nodebalancer_id"] for node in found}
        return [_briefly(row) for row in self.world.balancers if row["id"] in wanted]

    def interfaces(self, machine: int) -> Row:
        self.world.machines.get(machine)
        return {"interfaces": [_shown(one) for one in self.world.interfaces.where(linode=machine)]}

    def interface(self, machine: int, interface: int) -> Row:
        return _shown(self.world.interfaces.get(interface, linode=machine))

    def interface_firewalls(self, machine: int, interface: int) -> Iterable[Row]:
        return self.world.walls("interface", self.world.interfaces.get(interface, linode=machine))


def _briefly(balancer: Row) -> Row:
    left_out = ("backend_connectivity", "client_udp_sess_throttle")
    return {name: value for name, value in balancer.items() if name not in left_out}


def _shown(interface: Row) -> Row:
    return {name: value for name, value in interface.items() if name != "linode"}


def add(world: World, label: str, ipv4: Sequence[str], **members: Any) -> Row:
    """A machine as the lab has it."""
    return world.machines.add(**{**_blank(label, list(ipv4), world.now()), **members})


def add_interface(world: World, machine: Row) -> Row:
    """A public Linode interface, for a machine whose interface_generation is linode."""
    now = world.now()
    address = {"address": machine["ipv4"][0], "primary": True}
    return world.interfaces.add(
        linode=machine["id"],
        mac_address="22:00:ab:cd:ef:01",
        version=1,
        default_route={"ipv4": True},
        public={"ipv4": {"addresses": [address], "shared": []}, "ipv6": None},
        vpc=None,
        vlan=None,
        created=now,
        updated=now,
    )


def befall(world: World, machine: Row, *, action: str, status: str, message: str) -> Row:
    """Let something happen to a machine: its event, and how it stands afterwards."""
    machine["status"] = AFTERWARDS.get(action, machine["status"])
    return world.tell(action, "linode", machine, status=status, message=message)


def remove(world: World, machine: Row) -> None:
    """Delete a machine; Linode deletes its NodeBalancer nodes with it."""
    for node in nodes_of(world, machine):
        nodes.drop(world, node)
    for interface in world.interfaces.where(linode=machine["id"]):
        world.detach("interface", interface)
        world.interfaces.drop(interface)
    for lease in world.leases.where(linode_id=machine["id"]):
        world.leases.drop(lease)
    world.detach("linode", machine)
    world.machines.drop(machine)
    world.tell("linode_delete", "linode", machine, status="finished")
    world.changed()


def nodes_of(world: World, machine: Row) -> list[Row]:
    """The nodes at this machine's addresses."""
    leased = world.leases.where(linode_id=machine["id"])
    mine = {*machine["ipv4"], *(one["address"] for one in leased)}
    return [node for node in world.nodes if node["address"].rpartition(":")[0] in mine]


def _blank(label: str, ipv4: list[str], now: str) -> Row:
    """A running Linode with legacy interfaces."""
    return {
        "label": label,
        "ipv4": ipv4,
        "ipv6": None,
        "status": "running",
        "region": "us-ord",
        "type": "g6-standard-2",
        "image": "linode/debian12",
        "group": "",
        "tags": [],
        "hypervisor": "kvm",
        "host_uuid": "0" * 40,
        "has_user_data": False,
        "interface_generation": "legacy_config",
        "disk_encryption": "disabled",
        "lke_cluster_id": None,
        "placement_group": None,
        "capabilities": [],
        "watchdog_enabled": True,
        "specs": {"disk": 81_920, "gpus": 0, "memory": 4096, "transfer": 4000, "vcpus": 2},
        "created": now,
        "updated": now,
    }

"""VPCs and their subnets: whose addresses are given once, to Linodes one by one and to NodeBalancers by fours."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Form, Row, anything, many, text
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route, usual

LABEL = text(1, 64, pattern=r"[a-zA-Z0-9](?:[a-zA-Z0-9]|-(?!-))*")
CREATE = Form(
    members={
        "label": LABEL,
        "region": text(1),
        "description": text(),
        "subnets": many(anything),
        "ipv4": many(anything),
        "ipv6": many(anything),
        "vpc_type": text(),
    },
    required=("label", "region"),
)
UPDATE = Form(members={"label": LABEL, "description": text()})
SUBNET = Form(members={"label": LABEL, "ipv4": text(), "ipv6": many(anything)}, required=("label",))
SUBNET_UPDATE = Form(members={"label": LABEL})


def routes(world: World) -> list[Route]:
    desk, below, area = Networks(world), Subnets(world), "vpc"
    path, one = "/vpcs", "/vpcs/<int:vpc>"
    return [
        *usual(path, one, desk, area),
        Route("GET", f"{one}/ips", desk.addresses, area, collection=True),
        *usual(f"{one}/subnets", f"{one}/subnets/<int:subnet>", below, area),
    ]


@dataclass(frozen=True, slots=True)
class Networks:
    """What one may do with VPCs."""

    world: World

    def all(self) -> Iterable[Row]:
        return [self._shown(row) for row in self.world.networks]

    def view(self, vpc: int) -> Row:
        return self._shown(self.world.networks.get(vpc))

    def create(self, body: object) -> Row:
        asked = CREATE.read(body)
        below = [SUBNET.read(one) for one in asked.pop("subnets", [])]
        self.world.region(asked["region"], needs="VPCs")
        if self.world.networks.where(label=asked["label"]):
            raise refuse("Label must be unique", "label")
        blank = {"description": "", "created": self.world.now(), "updated": self.world.now()}
        row = self.world.networks.add(**{**blank, **asked})
        for one in below:
            add_subnet(self.world, row, one)
        return self._shown(row)

    def update(self, vpc: int, body: object) -> Row:
        row = self.world.networks.get(vpc)
        row.update(UPDATE.read(body, partial=True), updated=self.world.now())
        return self._shown(row)

    def delete(self, vpc: int) -> Row:
        row = self.world.networks.get(vpc)
        for subnet in self.world.subnets.where(vpc_id=vpc):
            Subnets(self.world).delete(vpc, subnet["id"])
        self.world.networks.drop(row)
        return {}

    def addresses(self, vpc: int) -> Iterable[Row]:
        self.world.networks.get(vpc)
        leases = self.world.leases.where(vpc_id=vpc)
        given = [{n: value for n, value in one.items() if n != "id"} for one in leases]
        return [*given, *self._ranges(vpc)]

    def _ranges(self, vpc: int) -> Iterator[Row]:
        """What NodeBalancers hold; each has no single address."""
        for one in self.world.vpcs.where(vpc_id=vpc):
            yield {
                "address": None,
                "address_range": one["ipv4_range"],
                "active": True,
                "linode_id": None,
                "nodebalancer_id": one["nodebalancer_id"],
                "subnet_id": one["subnet_id"],
                "vpc_id": vpc,
                "nat_1_1": None,
            }

    def _shown(self, vpc: Row) -> Row:
        below = self.world.subnets.where(vpc_id=vpc["id"])
        return {**vpc, "subnets": [shown_subnet(self.world, one) for one in below]}


@dataclass(frozen=True, slots=True)
class Subnets:
    """What one may do with a VPC's subnets."""

    world: World

    def all(self, vpc: int) -> Iterable[Row]:
        self.world.networks.get(vpc)
        return [shown_subnet(self.world, one) for one in self.world.subnets.where(vpc_id=vpc)]

    def view(self, vpc: int, subnet: int) -> Row:
        return shown_subnet(self.world, self.world.subnets.get(subnet, vpc_id=vpc))

    def create(self, vpc: int, body: object) -> Row:
        parent = self.world.networks.get(vpc)
        return shown_subnet(self.world, add_subnet(self.world, parent, SUBNET.read(body)))

    def update(self, vpc: int, subnet: int, body: object) -> Row:
        row = self.world.subnets.get(subnet, vpc_id=vpc)
        row.update(SUBNET_UPDATE.read(body, partial=True), updated=self.world.now())
        return shown_subnet(self.world, row)

    def delete(self, vpc: int, subnet: int) -> Row:
        row = self.world.subnets.get(subnet, vpc_id=vpc)
        if self.world.leases.where(subnet_id=subnet) or self.world.vpcs.where(subnet_id=subnet):
            raise refuse("Subnet must be empty to be deleted")
        self.world.subnets.drop(row)
        return {}


def add_subnet(world: World, vpc: Row, asked: Row) -> Row:
    """A subnet that was read before; its network overlaps with none beside it."""
    beside = world.subnets.where(vpc_id=vpc["id"])
    network = _network(asked.get("ipv4"))
    if any(network.overlaps(ipaddress.IPv4Network(one["ipv4"])) for one in beside):
        raise refuse("Must not overlap with other subnets on the same VPC", "ipv4")
    if any(one["label"] == asked["label"] for one in beside):
        raise refuse("Label must be unique among the VPC's subnets", "label")
    now = world.now()
    return world.subnets.add(
        vpc_id=vpc["id"], label=asked["label"], ipv4=str(network), created=now, updated=now
    )


def _network(text_: Any) -> ipaddress.IPv4Network:
    try:
        found = ipaddress.IPv4Network(text_)
    except ValueError:
        raise refuse("Must be an IPv4 network, as in 10.0.0.0/24", "ipv4") from None
    if not found.is_private or found.prefixlen > 29:  # noqa: PLR2004 - Linode keeps four of them
        raise refuse("Must be a private network of /29 or larger", "ipv4")
    return found


def lease(world: World, machine: Row, *, subnet: int, address: str, nat: str | None) -> Row:
    """Give a Linode an address of a subnet."""
    rows = world.subnets.where(id=subnet)
    if not rows:
        raise refuse("Subnet does not exist", "interfaces")
    [row] = rows
    vpc = world.networks.get(row["vpc_id"])
    if vpc["region"] != machine["region"]:
        raise refuse("The VPC is in another region", "interfaces")
    if why := _unusable(world, row, address):
        raise refuse(why, "interfaces")
    network = ipaddress.IPv4Network(row["ipv4"])
    return world.leases.add(
        address=address,
        address_range=None,
        active=True,
        linode_id=machine["id"],
        nodebalancer_id=None,
        subnet_id=subnet,
        vpc_id=vpc["id"],
        nat_1_1=nat,
        region=vpc["region"],
        prefix=network.prefixlen,
        subnet_mask=str(network.netmask),
        gateway=str(network[1]),
    )


def _unusable(world: World, subnet: Row, address: str) -> str | None:
    """Why an address cannot be given: Linode keeps the first two and the last two of a subnet."""
    network = ipaddress.IPv4Network(subnet["ipv4"])
    try:
        wanted = ipaddress.IPv4Address(address)
    except ValueError:
        return "Must be an IPv4 address"
    if wanted not in network or wanted in {network[0], network[1], network[-2], network[-1]}:
        return f"{address} is not a usable address of the subnet"
    taken = {one["address"] for one in world.leases.where(subnet_id=subnet["id"])}
    held = any(wanted in one for one in ranges(world, subnet["id"]))
    return f"{address} is already in use" if held or address in taken else None


def ranges(world: World, subnet: int) -> list[ipaddress.IPv4Network]:
    """What NodeBalancers hold of a subnet."""
    return [ipaddress.IPv4Network(v["ipv4_range"]) for v in world.vpcs.where(subnet_id=subnet)]


def free_range(world: World, subnet: Row) -> str:
    """Four addresses in a row that nobody has, for a NodeBalancer."""
    network = ipaddress.IPv4Network(subnet["ipv4"])
    given = {
        ipaddress.IPv4Address(one["address"]) for one in world.leases.where(subnet_id=subnet["id"])
    }
    taken = ranges(world, subnet["id"])
    fours = list(network.subnets(new_prefix=30))[1:-1]
    for four in fours:
        if four not in taken and not any(address in four for address in given):
            return str(four)
    raise refuse("The subnet has no free range for a NodeBalancer", "vpcs")


def shown_subnet(world: World, subnet: Row) -> Row:
    linodes = [
        {"id": one["linode_id"], "interfaces": []}
        for one in world.leases.where(subnet_id=subnet["id"])
    ]
    held = [
        {"id": one["nodebalancer_id"], "ipv4_range": one["ipv4_range"]}
        for one in world.vpcs.where(subnet_id=subnet["id"])
    ]
    mine = {name: value for name, value in subnet.items() if name != "vpc_id"}
    return {**mine, "linodes": linodes, "nodebalancers": held, "databases": []}

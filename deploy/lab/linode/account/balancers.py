"""NodeBalancers themselves: created with all below them, told apart by label."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from deploy.lab.linode.account import configs
from deploy.lab.linode.account.networks import free_range
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import (
    Form,
    Row,
    anything,
    flag,
    integer,
    ip,
    many,
    nullable,
    number,
    one_of,
    text,
)
from deploy.lab.linode.rest.refusal import Reason, Refused, refuse
from deploy.lab.linode.rest.routes import Route, usual

LABEL = text(3, 32, pattern=r"[a-zA-Z0-9\-_]*")
THROTTLE = integer(0, 20)
CHANGEABLE = {
    "label": LABEL,
    "client_conn_throttle": THROTTLE,
    "client_udp_sess_throttle": THROTTLE,
    "tags": many(text()),
}
CREATE = Form(
    members={
        **CHANGEABLE,
        "region": text(1),
        "type": one_of("common", "premium", "premium_40gb", "enterprise"),
        "backend_connectivity": one_of("legacy", "ipv6", "vpc"),
        "ipv4": ip,
        "firewall_id": number,
        "configs": many(anything),
        "vpcs": many(anything),
    },
    required=("region",),
)
UPDATE = Form(members=CHANGEABLE)
VPC = Form(
    members={
        "subnet_id": number,
        "ipv4_range": text(),
        "ipv6_range": text(),
        "ipv4_range_auto_assign": nullable(flag),
    },
    required=("subnet_id",),
)
UNKNOWN_NETWORK = ipaddress.ip_network("192.0.2.0/24")
"""Where a NodeBalancer seems to stand that has no data plane: documentation's own network."""


def routes(world: World) -> list[Route]:
    desk = Balancers(world)
    path, one, area = "/nodebalancers", "/nodebalancers/<int:balancer>", "nodebalancers"
    return [
        *usual(path, one, desk, area),
        Route("GET", f"{one}/firewalls", desk.firewalls, area, collection=True),
        Route("GET", f"{one}/stats", desk.stats, area),
        Route("GET", f"{one}/vpcs", desk.vpcs, area, collection=True),
        Route("GET", f"{one}/vpcs/<int:vpc>", desk.vpc, area),
    ]


@dataclass(frozen=True, slots=True)
class Balancers:
    """What one may do with NodeBalancers."""

    world: World

    def all(self) -> Iterable[Row]:
        return self.world.balancers

    def view(self, balancer: int) -> Row:
        return self.world.balancers.get(balancer)

    def create(self, body: object) -> Row:
        """A NodeBalancer with its configurations and nodes, or nothing at all."""
        asked = CREATE.read(body)
        below = [configs.read_new(one) for one in asked.pop("configs", [])]
        self._unique(asked.get("label"))
        ports = [config["port"] for config, _ in below]
        if len(set(ports)) < len(ports):
            raise refuse("Ports must be unique", "configs")
        row = self._add(asked)
        for config, nodes in below:
            configs.add(self.world, row, config, nodes)
        self.world.changed()
        return row

    def _add(self, asked: Row) -> Row:
        vpcs = [VPC.read(one) for one in asked.pop("vpcs", [])]
        firewall = asked.pop("firewall_id", None)
        wall = None if firewall is None else self.world.firewalls.get(firewall)
        address = asked.pop("ipv4", None) or self._address()
        row = self.world.balancers.add(**{**_blank(address, self.world.now()), **asked})
        row["label"] = row["label"] or f"balancer{row['id']}"
        if wall is not None:
            self.world.attach(wall, "nodebalancer", row)
        for vpc in vpcs:
            self._join(row, vpc)
        self.world.tell("nodebalancer_create", "nodebalancer", row)
        return row

    def _join(self, balancer: Row, asked: Row) -> None:
        """Let a NodeBalancer into a subnet, which gives it a /30 of its own; one that nobody made here
        was made elsewhere."""
        asked.pop("ipv4_range_auto_assign", None)
        blank = {"vpc_id": asked["subnet_id"], "ipv4_range": "10.0.0.4/30"}
        for subnet in self.world.subnets.where(id=asked["subnet_id"]):
            blank = {"vpc_id": subnet["vpc_id"], "ipv4_range": free_range(self.world, subnet)}
        self.world.vpcs.add(nodebalancer_id=balancer["id"], **{**blank, **asked})

    def _address(self) -> str:
        taken = {row["ipv4"] for row in self.world.balancers}
        pool = self.world.addresses or map(str, UNKNOWN_NETWORK.hosts())
        free = next((address for address in pool if address not in taken), None)
        if free is None:
            raise refuse("The double has no address left: start it with more --balancer-address")
        return free

    def update(self, balancer: int, body: object) -> Row:
        row = self.world.balancers.get(balancer)
        asked = UPDATE.read(body, partial=True)
        self._unique(asked.get("label"), but=row)
        row.update(asked, updated=self.world.now())
        self.world.tell("nodebalancer_update", "nodebalancer", row)
        self.world.changed()
        return row

    def _unique(self, label: str | None, *, but: Row | None = None) -> None:
        if any(row["label"] == label and row is not but for row in self.world.balancers):
            raise Refused([Reason(reason="Label must be unique", field="label")])

    def delete(self, balancer: int) -> Row:
        row = self.world.balancers.get(balancer)
        for config in self.world.configs.where(nodebalancer_id=balancer):
            configs.drop(self.world, config)
        for vpc in self.world.vpcs.where(nodebalancer_id=balancer):
            self.world.vpcs.drop(vpc)
        self.world.detach("nodebalancer", row)
        self.world.balancers.drop(row)
        self.world.tell("nodebalancer_delete", "nodebalancer", row)
        self.world.changed()
        return {}

    def firewalls(self, balancer: int) -> Iterable[Row]:
        return self.world.walls("nodebalancer", self.world.balancers.get(balancer))

    def vpcs(self, balancer: int) -> Iterable[Row]:
        self.world.balancers.get(balancer)
        return self.world.vpcs.where(nodebalancer_id=balancer)

    def vpc(self, balancer: int, vpc: int) -> Row:
        return self.world.vpcs.get(vpc, nodebalancer_id=balancer)

    def stats(self, balancer: int) -> Row:
        """Empty curves: nobody here asks for more."""
        row = self.world.balancers.get(balancer)
        title = f"linode.com - {row['label']} ({row['id']}) - day (5 min avg)"
        return {"title": title, "data": {"connections": [], "traffic": {"in": [], "out": []}}}


def _blank(address: str, now: str) -> Row:
    """A NodeBalancer of which nothing was said."""
    return {
        "label": "",
        "region": "",
        "type": "common",
        "backend_connectivity": "undefined",
        "hostname": f"{address.replace('.', '-')}.ip.linodeusercontent.com",
        "ipv4": address,
        "ipv6": None,
        "client_conn_throttle": 0,
        "client_udp_sess_throttle": 0,
        "tags": [],
        "transfer": {"in": None, "out": None, "total": None},
        "lke_cluster": None,
        "created": now,
        "updated": now,
    }

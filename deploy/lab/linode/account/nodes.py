"""A configuration's nodes: the backends, their modes, and how they fare."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import (
    Form,
    Row,
    integer,
    ip_and_port,
    nullable,
    number,
    one_of,
    text,
)
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route, usual

FORM = Form(
    members={
        "label": text(3, 32, pattern=r"[a-zA-Z0-9\-_.]*"),
        "address": ip_and_port,
        "mode": one_of("accept", "reject", "drain", "backup", "none"),
        "weight": integer(1, 255),
        "subnet_id": nullable(number),
    },
    required=("label", "address"),
)
REBUILD = Form(members={**FORM.members, "id": number})
DEFAULTS: Row = {"mode": "accept", "weight": 50, "subnet_id": None}


def routes(world: World) -> list[Route]:
    desk, area = Nodes(world), "nodebalancers"
    path = "/nodebalancers/<int:balancer>/configs/<int:config>/nodes"
    one = f"{path}/<int:node>"
    return usual(path, one, desk, area)


@dataclass(frozen=True, slots=True)
class Nodes:
    """What one may do with nodes."""

    world: World

    def all(self, balancer: int, config: int) -> Iterable[Row]:
        return shown_of(self.world, self.world.config(balancer, config))

    def view(self, balancer: int, config: int, node: int) -> Row:
        return shown(self.world, self._get(balancer, config, node))

    def create(self, balancer: int, config: int, body: object) -> Row:
        parent = self.world.config(balancer, config)
        row = add(self.world, parent, read_new(body))
        self._told("create", balancer)
        return shown(self.world, row)

    def update(self, balancer: int, config: int, node: int, body: object) -> Row:
        row = self._get(balancer, config, node)
        change(self.world, row, FORM.read(body, partial=True))
        self._told("update", balancer)
        return shown(self.world, row)

    def delete(self, balancer: int, config: int, node: int) -> Row:
        drop(self.world, self._get(balancer, config, node))
        self._told("delete", balancer)
        return {}

    def _get(self, balancer: int, config: int, node: int) -> Row:
        self.world.config(balancer, config)
        return self.world.nodes.get(node, config_id=config)

    def _told(self, deed: str, balancer: int) -> None:
        parent = self.world.balancers.get(balancer)
        self.world.tell(f"nodebalancer_node_{deed}", "nodebalancer", parent)
        self.world.changed()


def read_new(body: object) -> Row:
    return {**DEFAULTS, **FORM.read(body)}


def add(world: World, config: Row, node: Row) -> Row:
    """A node that was read before; the first one settles how the balancer reaches backends. Nothing
    says that Linode would refuse an address twice, so a POST that is repeated makes two nodes."""
    balancer = world.balancers.get(config["nodebalancer_id"])
    vpc = world.vpc_config(balancer, node["subnet_id"])
    _reachable(balancer, node)
    del node["subnet_id"]
    parents = {"config_id": config["id"], "nodebalancer_id": balancer["id"]}
    return world.nodes.add(**node, **parents, vpc_config_id=vpc)


def _reachable(balancer: Row, node: Row) -> None:
    way = "vpc" if node["subnet_id"] is not None else "legacy"
    way = "ipv6" if node["address"].startswith("[") else way
    if way == "legacy" and balancer["type"] != "common":
        raise refuse(f"A {balancer['type']} NodeBalancer takes VPC or IPv6 backends", "address")
    if balancer["backend_connectivity"] == "undefined":
        balancer["backend_connectivity"] = way
    if balancer["backend_connectivity"] != way:
        asked = balancer["backend_connectivity"]
        raise refuse(f"This NodeBalancer's backends are {asked}, this one is {way}", "address")


def change(world: World, node: Row, asked: Row) -> None:
    """Set members; a new mode takes effect later."""
    if asked.get("mode", node["mode"]) != node["mode"]:
        world.modes.change(node["id"], old=node["mode"])
    if asked.get("address", node["address"]) != node["address"]:
        world.statuses.pop(node["id"], None)
    node.update(asked)


def replace(world: World, config: Row, wanted: Iterable[Any]) -> None:
    """Make these the nodes: known ids are changed, all others made anew or gone."""
    asked = [REBUILD.read(one) for one in wanted]
    kept = {one["id"] for one in asked if "id" in one}
    for node in world.nodes.where(config_id=config["id"]):
        if node["id"] not in kept:
            drop(world, node)
    for one in asked:
        if "id" in one:
            change(world, world.nodes.get(one.pop("id"), config_id=config["id"]), one)
        else:
            add(world, config, read_new(one))


def drop(world: World, node: Row) -> None:
    world.statuses.pop(node["id"], None)
    world.nodes.drop(node)


def shown_of(world: World, config: Row) -> list[Row]:
    return [shown(world, node) for node in world.nodes.where(config_id=config["id"])]


def briefly(world: World, config: Row) -> list[Row]:
    """As a rebuild shows them, without their parents."""
    members = ("id", "label", "address", "weight", "mode", "status")
    return [{name: row[name] for name in members} for row in shown_of(world, config)]


def shown(world: World, node: Row) -> Row:
    return {**node, "status": world.status(node)}

"""A NodeBalancer's configurations: one inbound port each, with the check that rules its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deploy.lab.linode.account import nodes
from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import (
    Form,
    Row,
    anything,
    flag,
    integer,
    many,
    nullable,
    one_of,
    text,
)
from deploy.lab.linode.rest.refusal import refuse
from deploy.lab.linode.rest.routes import Route, usual

PORT = integer(1, 65_535)
FORM = Form(
    members={
        "port": PORT,
        "protocol": one_of("http", "https", "tcp", "udp"),
        "algorithm": one_of("roundrobin", "leastconn", "source", "ring_hash"),
        "stickiness": one_of("none", "table", "http_cookie", "session", "source_ip"),
        "check": one_of("none", "connection", "http", "http_body"),
        "check_interval": integer(2, 3600),
        "check_timeout": integer(1, 30),
        "check_attempts": integer(1, 30),
        "check_path": text(pattern=r"[a-zA-Z0-9\/\-%?&=.]*"),
        "check_body": text(),
        "check_passive": flag,
        "cipher_suite": one_of("recommended", "legacy", "none"),
        "proxy_protocol": one_of("none", "v1", "v2"),
        "ssl_cert": nullable(text()),
        "ssl_key": nullable(text()),
        "udp_check_port": PORT,
        "nodes": many(anything),
    }
)
DEFAULTS: Row = {
    "port": 80,
    "protocol": "http",
    "algorithm": "roundrobin",
    "stickiness": "none",
    "check": "none",
    "check_interval": 31,
    "check_timeout": 30,
    "check_attempts": 3,
    "check_path": "",
    "check_body": "",
    "check_passive": True,
    "cipher_suite": "recommended",
    "proxy_protocol": "none",
    "ssl_cert": None,
    "ssl_commonname": "",
    "ssl_fingerprint": "",
    "ssl_key": None,
    "udp_check_port": 80,
    "udp_session_timeout": 16,
}
"""As recorded from Linode; its document says 5 for the interval, which would contradict the timeout."""


def routes(world: World) -> list[Route]:
    desk, area = Configs(world), "nodebalancers"
    path = "/nodebalancers/<int:balancer>/configs"
    one = f"{path}/<int:config>"
    return [
        *usual(path, one, desk, area),
        Route("POST", f"{one}/rebuild", desk.rebuild, area),
    ]


@dataclass(frozen=True, slots=True)
class Configs:
    """What one may do with configurations."""

    world: World

    def all(self, balancer: int) -> Iterable[Row]:
        self.world.balancers.get(balancer)
        rows = self.world.configs.where(nodebalancer_id=balancer)
        return [shown(self.world, row) for row in rows]

    def view(self, balancer: int, config: int) -> Row:
        return shown(self.world, self.world.config(balancer, config))

    def create(self, balancer: int, body: object) -> Row:
        parent = self.world.balancers.get(balancer)
        asked, below = read_new(body)
        self._unique(balancer, asked)
        row = add(self.world, parent, asked, below)
        self._told("create", balancer)
        return shown(self.world, row)

    def update(self, balancer: int, config: int, body: object) -> Row:
        row = self.world.config(balancer, config)
        asked = FORM.read(body, partial=True)
        asked.pop("nodes", None)
        wanted = {**row, **asked}
        _coherent(wanted)
        self._unique(balancer, wanted, but=row)
        row.update(asked)
        self._told("update", balancer)
        return shown(self.world, row)

    def rebuild(self, balancer: int, config: int, body: object) -> Row:
        """Settings and nodes at once: nodes that are not named by id are made anew."""
        row = self.world.config(balancer, config)
        below = body.get("nodes", []) if isinstance(body, dict) else []
        self.update(balancer, config, body)
        nodes.replace(self.world, row, below)
        self._told("update", balancer)
        return {**shown(self.world, row), "nodes": nodes.briefly(self.world, row)}

    def delete(self, balancer: int, config: int) -> Row:
        drop(self.world, self.world.config(balancer, config))
        self._told("delete", balancer)
        return {}

    def _unique(self, balancer: int, asked: Row, *, but: Row | None = None) -> None:
        rivals = self.world.configs.where(nodebalancer_id=balancer, port=asked["port"])
        udp = asked["protocol"] == "udp"
        if any(row is not but and (row["protocol"] == "udp") == udp for row in rivals):
            raise refuse("Port must be unique among this NodeBalancer's configs", "port")

    def _told(self, deed: str, balancer: int) -> None:
        parent = self.world.balancers.get(balancer)
        self.world.tell(f"nodebalancer_config_{deed}", "nodebalancer", parent)
        self.world.changed()


def read_new(body: object) -> tuple[Row, list[Row]]:
    """A whole configuration as asked for, and the nodes named with it."""
    asked = {**DEFAULTS, **FORM.read(body)}
    below = [nodes.read_new(one) for one in asked.pop("nodes", [])]
    _coherent(asked)
    return asked, below


def _coherent(config: Row) -> None:
    """What no single member can tell; Linode looks at the check only where there is one."""
    check = config["check"]
    if check != "none" and config["check_timeout"] >= config["check_interval"]:
        raise refuse("check_interval must be greater than check_timeout", "check_interval")
    if check in {"http", "http_body"} and not config["check_path"]:
        raise refuse("check_path is required", "check_path")
    if check == "http_body" and not config["check_body"]:
        raise refuse("check_body is required", "check_body")
    if config["protocol"] != "tcp" and config["proxy_protocol"] != "none":
        raise refuse("proxy_protocol is only valid with protocol tcp", "proxy_protocol")
    if config["protocol"] == "udp" and config["check_passive"]:
        raise refuse("check_passive must be false for protocol udp", "check_passive")


def add(world: World, balancer: Row, config: Row, below: list[Row]) -> Row:
    """A configuration that was read before, with its nodes."""
    row = world.configs.add(nodebalancer_id=balancer["id"], **config)
    for node in below:
        nodes.add(world, row, node)
    return row


def drop(world: World, config: Row) -> None:
    for node in world.nodes.where(config_id=config["id"]):
        nodes.drop(world, node)
    world.configs.drop(config)


def shown(world: World, config: Row) -> Row:
    """As the API shows it: with how many of its nodes are up."""
    statuses = [world.status(node) for node in world.nodes.where(config_id=config["id"])]
    counts = {"up": statuses.count("UP"), "down": statuses.count("DOWN")}
    return {**config, "nodes_status": counts}

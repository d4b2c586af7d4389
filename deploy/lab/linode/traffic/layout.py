"""A NodeBalancer's ports as an HAProxy configuration: it balances and checks as Linode documents it.

The check goes to the very port that carries traffic. What Linode does not document is HAProxy's
own way: a new backend takes traffic until its first check, somewhere within the first interval, has
failed; sessions to a backend that went down stay open; a connection is given up after check_timeout;
TCP sessions that are idle for an hour end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from deploy.lab.linode.account.world import World
from deploy.lab.linode.rest.forms import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What Linode leaves open. `rise`: passed checks until a backend that was down is up (2 is
    HAProxy's own). `source`: where checks and traffic come from; Linode's come from 192.168.255.0/24."""

    rise: int = 2
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One NodeBalancer's traffic: HAProxy's sections, and each server's address by name."""

    text: str
    servers: Mapping[str, str]


def layout(world: World, balancer: Row, manner: Manner) -> Layout | None:
    """What a NodeBalancer does now; None where it has no TCP port."""
    ports = world.configs.where(nodebalancer_id=balancer["id"], protocol="tcp")
    nodes = [node for port in ports for node in world.nodes.where(config_id=port["id"])]
    sections = [_section(world, balancer, port, manner) for port in ports]
    servers = {server_name(node): node["address"] for node in nodes}
    return Layout(text="\n".join(sections), servers=servers) if ports else None


def server_name(node: Row) -> str:
    return f"n{node['id']}"


def node_id(server: str) -> int:
    return int(server.removeprefix("n"))


def _section(world: World, balancer: Row, port: Row, manner: Manner) -> str:
    nodes = world.nodes.where(config_id=port["id"])
    modes = [(node, world.modes.effective(node["id"], node["mode"])) for node in nodes]
    lines = [
        f"bind {balancer['ipv4']}:{port['port']}",
        f"balance {port['algorithm']}",
        f"timeout connect {port['check_timeout']}s",
        *_throttle(balancer["client_conn_throttle"]),
        *_check(port),
        *(_server(node, mode, _every_server(port, manner)) for node, mode in modes),
    ]
    return f"listen c{port['id']}\n" + "".join(f"    {line}\n" for line in lines)


def _throttle(per_second: int) -> Iterable[str]:
    """client_conn_throttle: connections a second from one client, 0 for no limit."""
    if not per_second:
        return []
    return [
        "stick-table type ip size 10k expire 10s store conn_rate(1s)",
        "tcp-request connection track-sc0 src",
        f"tcp-request connection reject if {{ sc0_conn_rate gt {per_second} }}",
    ]


def _check(port: Row) -> Iterator[str]:
    yield f"timeout check {port['check_timeout']}s"
    if port["check"] in {"http", "http_body"}:
        yield f"option httpchk GET {port['check_path']}"
    if port["check"] == "http_body":
        yield f"http-check expect rstring {_quoted(port['check_body'])}"


def _quoted(pattern: str) -> str:
    """One word of HAProxy's language; a line's end becomes any character."""
    return "'" + ".".join(pattern.splitlines()).replace("'", r"'\''") + "'"


def _every_server(port: Row, manner: Manner) -> Iterator[str]:
    if port["check"] != "none":
        inter, fall = port["check_interval"], port["check_attempts"]
        yield f"check inter {inter}s fall {fall} rise {manner.rise}"
        if port["check_passive"]:
            yield "observe layer4 error-limit 1 on-error mark-down"
    if port["proxy_protocol"] != "none":
        yield {"v1": "send-proxy", "v2": "send-proxy-v2"}[port["proxy_protocol"]]
    if manner.source is not None:
        yield f"source {manner.source}"


def _server(node: Row, mode: str, words: Iterable[str]) -> str:
    weight = 0 if mode == "drain" else node["weight"]
    own = {"reject": ["disabled"], "backup": ["backup"]}.get(mode, [])
    return " ".join(
        ["server", server_name(node), node["address"], f"weight {weight}", *words, *own]
    )

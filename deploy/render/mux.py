"""haproxy.cfg of one member: without it a NodeBalancer could not ask Patroni who leads."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from ipaddress import ip_network

from deploy.render.jinja import CannotRender, render
from deploy.render.patroni import PARAMETERS
from jobs.inventory import Cluster, Inventory, Mux, parse_address

NODEBALANCERS = "192.168.255.0/24"
"""Where NodeBalancers come from that reach their backends by private IPv4."""

UNSPOKEN = 2000
"""Connections that have said nothing yet, or ask Patroni."""

HEALTH_CHECKS = (
    "/", "/primary", "/master", "/leader", "/read-write", "/standby-leader", "/standby_leader",
    "/replica", "/read-only", "/synchronous", "/sync", "/read-only-sync", "/quorum",
    "/read-only-quorum", "/asynchronous", "/async", "/health", "/liveness", "/readiness",
)  # fmt: skip
"""What Patroni answers by its status alone, to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MuxGround:
    """What the inventory does not know of a database node that HAProxy runs on; Debian's own paths.

    `networks` (CIDR) may connect, and NodeBalancers by private IPv4 (in a VPC they come from its
    subnet); nobody named: whoever reaches the port. `listen`: ("0.0.0.0",) where there is no IPv6. `drain`: seconds that a session
    outlives a reload. `rest_ca` and `rest_cert` (with its key, one PEM) are the node's files where
    Patroni speaks TLS; without `rest_ca` the cluster's own `rest.ca` is taken.
    """

    networks: tuple[str, ...] = ()
    listen: tuple[str, ...] = ("0.0.0.0", "::")  # noqa: S104 - `networks` and firewall decide
    log: str = "/dev/log local0"
    user: str = "haproxy"
    group: str = "haproxy"
    chroot: str | None = "/var/lib/haproxy"
    socket: str = "/run/haproxy/admin.sock"
    drain: int = 1800
    rest_ca: str | None = None
    rest_cert: str | None = None


def mux_cfg(inventory: Inventory, cluster: str, member: str, ground: MuxGround) -> str:
    """The file of `member` in `cluster`; CannotRender where the inventory lacks something."""
    known = inventory.clusters[cluster]
    mux = _mux(known, cluster)
    if member not in known.machines:
        raise CannotRender(f"add {member} with its address to [clusters.{cluster}.machines]")
    tls = _tls(known, ground)
    return render(
        "haproxy.cfg.j2",
        cluster=known,
        cluster_id=cluster,
        member=member,
        mux=mux,
        ground=ground,
        host=_host(known.machines[member], cluster),
        binds=[_bind(address, mux.port) for address in ground.listen],
        networks=_networks(ground),
        interval=round(mux.check_interval * 1000),
        maxconn=_max_connections(known, cluster) + UNSPOKEN,
        health_checks=HEALTH_CHECKS,
        check_tls=f" check-ssl{tls}" if tls else "",
        rest_tls=f" ssl{tls}" if tls else "",
    )


def _mux(cluster: Cluster, name: str) -> Mux:
    mux = cluster.mux
    if mux is None:
        raise CannotRender(f"add [clusters.{name}.mux]; an empty table will do")
    if mux.port == cluster.postgresql_port:
        raise CannotRender(
            f"the mux of {name} and PostgreSQL both want port {mux.port}; give one of them a port of "
            f"its own: mux.port or postgresql_port = {mux.port + 1}"
        )
    if mux.port == cluster.rest_port:
        raise CannotRender(
            f"the mux of {name} and Patroni's REST API both want port {mux.port}; mend mux.port or rest_port"
        )
    return mux


def _tls(cluster: Cluster, ground: MuxGround) -> str:
    """The words of a `server` line by which Patroni is known; empty where it speaks plain HTTP."""
    ca = ground.rest_ca or cluster.rest.ca
    if ca is None:
        return ""
    cert = f" crt {shlex.quote(ground.rest_cert)}" if ground.rest_cert else ""
    return f" verify required ca-file {shlex.quote(ca)}{cert}"


def _host(machine: str, cluster: str) -> str:
    try:
        return parse_address(machine).url_host
    except ValueError as error:
        raise CannotRender(f"[clusters.{cluster}.machines] {error}") from None


def _bind(listen: str, port: int) -> str:
    """IPv6 alone on `::`: by a socket for both, IPv4 clients would be logged as ::ffff:10.0.0.1."""
    alone = " v6only" if listen == "::" else ""
    return f"{parse_address(listen).url_host}:{port}{alone}"


def _networks(ground: MuxGround) -> tuple[str, ...]:
    try:
        named = tuple(str(ip_network(network)) for network in ground.networks)
    except ValueError as error:
        raise CannotRender(f"{error}; write a network as 10.0.0.0/24") from None
    return (*named, NODEBALANCERS) if named else ()


def _max_connections(cluster: Cluster, name: str) -> int:
    told = {**PARAMETERS, **cluster.parameters}["max_connections"]
    try:
        return int(told)
    except ValueError:
        raise CannotRender(
            f"[clusters.{name}.parameters] max_connections = {told!r} is no number"
        ) from None

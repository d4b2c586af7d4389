"""etcd.conf.yml of one machine: the reference's own was refused by etcd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.render.jinja import CannotRender, render
from jobs.inventory import Inventory, parse_address
from jobs.inventory.linode import is_ip

CLIENT_PORT, PEER_PORT = 2379, 2380


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTls:
    """Files of the etcd server itself, as paths on its machine; used for clients and peers."""

    ca: str
    cert: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdGround:
    """What the inventory does not know of the machine that etcd runs on."""

    data_dir: str = "/var/lib/etcd/pgbaton"
    tls: ServerTls | None = None
    heartbeat_ms: int = 100
    election_ms: int = 1000


def etcd_yml(inventory: Inventory, etcd: str, machine: str, ground: EtcdGround) -> str:
    """The file of `machine` in the etcd cluster `etcd`; CannotRender where it is not listed."""
    machines = inventory.etcd[etcd].machines
    if machine not in machines:
        raise CannotRender(f"add {machine} with its address to [etcd.{etcd}.machines]")
    scheme = "https" if ground.tls else "http"
    return render(
        "etcd.yml.j2",
        name=machine,
        token=etcd,
        ground=ground,
        client=_url(machines, machine, scheme=scheme, port=CLIENT_PORT),
        peer=_url(machines, machine, scheme=scheme, port=PEER_PORT),
        listen_client=_listen(machines[machine], scheme=scheme, port=CLIENT_PORT),
        listen_peer=_listen(machines[machine], scheme=scheme, port=PEER_PORT),
        cluster=",".join(
            f"{m}={_url(machines, m, scheme=scheme, port=PEER_PORT)}" for m in machines
        ),
    )


def _url(machines: Mapping[str, str], machine: str, *, scheme: str, port: int) -> str:
    return f"{scheme}://{parse_address(machines[machine]).url_host}:{port}"


def _listen(address: str, *, scheme: str, port: int) -> str:
    """etcd binds to numbers alone."""
    host = parse_address(address)
    numbered = is_ip(host.host)
    return f"{scheme}://{host.url_host if numbered else '0.0.0.0'}:{port}"  # noqa: S104 - certificates and firewall decide

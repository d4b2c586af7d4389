"""nftables rules of one machine: each port for whom it is meant; without them one stolen host reaches etcd."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from deploy.blueprint import Notice, RenderedFile, Unit
from deploy.render.etcd import CLIENT_PORT, PEER_PORT
from deploy.render.jinja import CannotRender, render
from deploy.render.machine.isolation import stops
from deploy.render.machine.redis import PORT as REDIS_PORT
from deploy.render.machine.scene import NOTHING, Scene, Share, port_of, served, single
from deploy.render.mux import NODEBALANCERS
from deploy.site import Placed
from jobs.inventory.linode import is_ip

UNIT = "nftables.service"
SSH = 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Ports, and the networks that may come in there."""

    what: str
    ports: tuple[int, ...]
    networks: tuple[str, ...]

    @property
    def v4(self) -> tuple[str, ...]:
        return tuple(n for n in self.networks if ip_network(n).version == 4)  # noqa: PLR2004

    @property
    def v6(self) -> tuple[str, ...]:
        return tuple(n for n in self.networks if ip_network(n).version == 6)  # noqa: PLR2004


def firewall(scene: Scene, here: Placed) -> Share:
    """Nothing where the operator keeps the rules."""
    if scene.inventory.deploy.firewall == "none":
        return NOTHING
    _demand_a_way_in(scene, here)
    text = render("nftables.conf.j2", doors=list(doors(scene, here)), host=here.host)
    notice = Notice(unit=UNIT, how="reload")
    return Share(
        files=(RenderedFile(path="/etc/nftables.conf", text=text, mode=0o755, notices=(notice,)),),
        units=(Unit(name=UNIT, class_="ground"),),
        packages=("nftables",),
    )


def doors(scene: Scene, here: Placed) -> Iterator[Door]:
    """Everything that may come in from outside, by what runs here."""
    public = _merged(scene.networks, scene.inventory.deploy.operators)
    yield Door(what="SSH", ports=_ssh_ports(scene, here), networks=public)
    yield from _etcd(scene, here)
    yield from _database(scene, here)
    if "redis" in here.runs:
        port = urlsplit(scene.inventory.redis.url).port or REDIS_PORT
        yield Door(what="Redis", ports=(port,), networks=_of(scene, scene.control))
    for what, urls in (("web", scene.inventory.webhook.urls), ("pages", _pages(scene))):
        if what in here.runs and urls:
            yield Door(what=what, ports=_served_ports(urls, here), networks=public)


def _served_ports(urls: tuple[str, ...], here: Placed) -> tuple[int, ...]:
    """Where it listens itself, else where a proxy on this machine must."""
    at = served(urls, here)
    ports = {port_of(url) for url in urls} if at is None else {at.at.port}
    return tuple(sorted(ports))


def _etcd(scene: Scene, here: Placed) -> Iterator[Door]:
    if here.etcd is None:
        return
    peers = scene.members_of(here.etcd)
    clusters = {n for n, c in scene.inventory.clusters.items() if c.etcd == here.etcd}
    nodes = [p for p in scene.places.values() if p.cluster in clusters]
    clients = _of(scene, (*peers, *nodes, *scene.control))
    yield Door(what="etcd's clients", ports=(CLIENT_PORT,), networks=clients)
    yield Door(what="etcd's peers", ports=(PEER_PORT,), networks=_of(scene, peers))


def _database(scene: Scene, here: Placed) -> Iterator[Door]:
    if here.cluster is None:
        return
    cluster = scene.inventory.clusters[here.cluster]
    members = [p for p in scene.places.values() if p.cluster == here.cluster]
    asking = _of(scene, (*members, *scene.control))
    yield Door(what="Patroni's REST API", ports=(cluster.rest_port,), networks=asking)
    clients = _merged(scene.networks, scene.inventory.deploy.clients)
    yield Door(what="PostgreSQL", ports=(cluster.postgresql_port,), networks=clients)
    if cluster.traffic_port != cluster.postgresql_port:
        yield Door(what="the mux", ports=(cluster.traffic_port,), networks=clients)
    if any(b.cluster == here.cluster for b in scene.inventory.nodebalancers.values()):
        yield Door(what="NodeBalancers", ports=(cluster.traffic_port,), networks=(NODEBALANCERS,))


def _of(scene: Scene, places: Iterable[Placed]) -> tuple[str, ...]:
    """The addresses of some machines; where one is a name, the machines' networks."""
    there = list(places)
    if all(is_ip(p.address) for p in there):
        return _merged(single(p.address) for p in there)
    return _merged(scene.networks)


def _merged(*networks: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order, and none that lies in another one: nft takes no overlaps."""
    all_ = {_network(n) for some in networks for n in some}
    widest = [n for n in all_ if not any(_within(n, other) for other in all_ if other != n)]
    return tuple(map(str, sorted(widest, key=lambda n: (n.version, n))))


@cache
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)


def _within(inner: object, outer: object) -> bool:
    try:
        return bool(inner.subnet_of(outer))  # type: ignore[attr-defined]
    except TypeError:  # IPv4 and IPv6
        return False


def _ssh_ports(scene: Scene, here: Placed) -> tuple[int, ...]:
    """Every port at which somebody is said to log in; one too many is safer than one too few."""
    named = {SSH, here.ssh.port}
    if here.host:
        named.add(scene.inventory.hosts[here.name].port)
    stopped = stops(scene, here)
    if stopped is not None:
        named.add(stopped.port)
    return tuple(sorted(named))


def _pages(scene: Scene) -> tuple[str, ...]:
    url = scene.inventory.pages.url
    return () if url is None else (url,)


def _demand_a_way_in(scene: Scene, here: Placed) -> None:
    """Rules that shut push out could be mended from Linode's console alone."""
    deploy = scene.inventory.deploy
    if not scene.networks:
        raise CannotRender(
            'the firewall cannot tell the machines\' addresses, which are names: write networks = ["10.0.0.0/24"] in '
            '[deploy], or firewall = "none"'
        )
    outside = is_ip(here.ssh.host) and not any(
        ip_address(here.ssh.host) in ip_network(n) for n in scene.networks
    )
    if outside and not deploy.operators:
        raise CannotRender(
            f"push reaches {here.name} from outside, at {here.ssh.host}, and the firewall would shut it out: write the "
            'networks that you log in from as operators = ["203.0.113.0/24"] in [deploy], or firewall = "none"'
        )

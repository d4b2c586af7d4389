"""So many quiet clusters as an inventory: without it, rest could only be measured on the lab's one cluster.

Each cluster has two members, a leader and a replica, each an address of the stand-in's machine. The first
ones are followed by a host each, and the very first have a NodeBalancer in front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit

from deploy.lab import layout
from deploy.lab.bench.leaders import Seat
from deploy.lab.keys import LabSecrets

SEATS, HOSTS = "10.77.0.90", "10.77.0.91"
"""The stand-in's machine, and the one with all hosts."""
LEADERS, REPLICAS, FOLLOWERS = "10.78", "10.79", "10.80"
"""How the addresses begin that these two machines have besides: a leader's, a replica's, a host's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is. `hosts` and `balancers` stand before the first clusters, one before each;
    `warm` is how many connections a worker keeps."""

    clusters: int
    hosts: int
    balancers: int
    warm: int

    @property
    def names(self) -> Sequence[str]:
        """The clusters."""
        return tuple(f"c{number:04}" for number in range(1, self.clusters + 1))

    @property
    def followers(self) -> Mapping[str, str]:
        """The hosts, each with the cluster that it follows and an address of its own."""
        return {f"h{name[1:]}": name for name in self.names[: self.hosts]}

    @property
    def addresses(self) -> Mapping[str, str]:
        """Where the hosts are: addresses of one machine."""
        return {host: _address(FOLLOWERS, cluster) for host, cluster in self.followers.items()}

    @property
    def fronts(self) -> Mapping[str, str]:
        """The NodeBalancers, each with its cluster."""
        return {f"front-{name}": name for name in self.names[: self.balancers]}


def leader_of(cluster: str) -> Seat:
    """Who leads a cluster, all the time."""
    return _seat(cluster, "a", LEADERS)


def replica_of(cluster: str) -> Seat:
    """Who follows."""
    return _seat(cluster, "b", REPLICAS)


def _seat(cluster: str, which: str, network: str) -> Seat:
    return Seat(
        scope=scope_of(cluster), member=f"{cluster}-{which}", address=_address(network, cluster)
    )


def scope_of(cluster: str) -> str:
    return f"{cluster}-pg"


def _address(network: str, cluster: str) -> str:
    number = int(cluster[1:])
    return f"{network}.{number // 250}.{1 + number % 250}"


def inventory_of(size: Size, secrets: LabSecrets, *, host_key: str) -> str:
    """The inventory's text. Nobody asks PostgreSQL, for there is none: REST confirms."""
    return tomlkit.dumps(
        {
            "schema": 1,
            "redis": {"url": f"redis://{layout.REDIS['redis']}:{layout.REDIS_PORT}/0"},
            "etcd": {
                "main": {
                    "endpoints": [f"http://{address}:2379" for address in layout.ETCD.values()],
                    "machines": dict(layout.ETCD),
                }
            },
            "ssh": {"warm": size.warm},
            "clusters": {name: _cluster(name) for name in size.names},
            "hosts": {name: _host(at, host_key) for name, at in size.addresses.items()},
            "applications": {f"app-{h}": _application(h, c) for h, c in size.followers.items()},
            "linode": {"url": layout.LINODE_API},
            "nodebalancers": {name: _balancer(name, c) for name, c in size.fronts.items()},
            "senders": {
                name: {"clusters": list(size.names), "keys": [secrets.senders[name].whpk]}
                for name in ("watch", "probe")
            },
            "webhook": {"urls": [f"{layout.WEBHOOK}/events"]},
            "pages": {"url": layout.PAGES},
            "slack": {"channel": layout.SLACK_CHANNEL, "url": layout.SLACK_API},
            "alerts": {"url": layout.ALERTS},
            "heartbeat": dict(layout.HEARTBEATS),
        }
    )


def _cluster(name: str) -> Mapping[str, Any]:
    seats = (leader_of(name), replica_of(name))
    return {
        "etcd": "main",
        "scope": scope_of(name),
        "machines": {seat.member: seat.address for seat in seats},
        "mux": {"port": layout.TRAFFIC_PORT},
        "postgresql_port": layout.POSTGRESQL_PORT,
    }


def _host(address: str, key: str) -> Mapping[str, Any]:
    return {"address": address, "user": layout.DEPLOY_USER, "host_keys": [key]}


def _application(host: str, cluster: str) -> Mapping[str, Any]:
    keys = {"DB_HOST": "{host}", "DB_PORT": "{port}"}
    return {"cluster": cluster, "hosts": [host], "files": [{"path": env_of(host), "keys": keys}]}


def env_of(host: str) -> str:
    """The one file of a host that is managed."""
    return f"/srv/shop/{host}/.env"


def _balancer(name: str, cluster: str) -> Mapping[str, Any]:
    return {"cluster": cluster, "label": name, "region": "us-ord"}

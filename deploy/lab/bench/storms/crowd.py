"""Who is who in a storm: clusters without PostgreSQL, each with three members and one application host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from deploy.lab import layout
from deploy.lab.bench.leaders import Seat
from deploy.lab.keys import LabSecrets

MEMBERS = 3
PER_NET = 250
STANDIN = {"standin": "10.77.0.91"}
SEATS, HOSTS = "10.78.0.0/16", "10.79.0.0/16"
"""Every member has an address of its own in the first, and every host in the second; two machines, the
stand-in's and HOST, have them all."""
WORKS = {f"work{number}": f"10.77.0.{41 + number}" for number in range(1, 5)}
"""Machines that run workers and nothing else."""
HOST = "light01"
"""The machine that every application host of the inventory is: one sshd, a folder for each cluster."""


def clusters(count: int) -> Sequence[str]:
    """The inventory's ids."""
    return tuple(f"c{number:05}" for number in range(count))


def seat(cluster: str, turn: int) -> Seat:
    """The member whose turn it is to lead; each leads once in three turns."""
    place = MEMBERS * int(cluster[1:]) + turn % MEMBERS
    member = f"{cluster}-{turn % MEMBERS}"
    return Seat(scope=scope_of(cluster), member=member, address=_address(SEATS, place))


def seats(cluster: str) -> Sequence[Seat]:
    """All of a cluster's members."""
    return tuple(seat(cluster, turn) for turn in range(MEMBERS))


def _address(network: str, place: int) -> str:
    net, number = divmod(place, PER_NET)
    return f"{network.rpartition('.0.0/')[0]}.{net}.{number + 1}"


def scope_of(cluster: str) -> str:
    """As its Patroni is told."""
    return f"{cluster}-pg"


def env_file(cluster: str) -> str:
    """The one file of the cluster's application, on its host."""
    return f"/srv/shop/{cluster}/.env"


def inventory_toml(
    names: Sequence[str], secrets: LabSecrets, *, over: Mapping[str, Any] | None = None
) -> str:
    """The text of an inventory with these clusters; `over` replaces whole tables."""
    return tomlkit.dumps({**_tables(names, secrets), **(over or {})})


def _tables(names: Sequence[str], secrets: LabSecrets) -> dict[str, Any]:
    return {
        "schema": 1,
        "redis": {"url": f"redis://{layout.REDIS['redis']}:{layout.REDIS_PORT}/0"},
        "etcd": {"main": _etcd()},
        "clusters": {name: {"etcd": "main", "scope": scope_of(name)} for name in names},
        "hosts": {_host(name): _machine(name, secrets) for name in names},
        "applications": {name: _application(name) for name in names},
        "senders": {"watch": {"clusters": list(names), "keys": [secrets.senders["watch"].whpk]}},
        "webhook": {"urls": [f"{layout.WEBHOOK}/events"]},
        "slack": {"channel": layout.SLACK_CHANNEL, "url": layout.SLACK_API},
        "audit": {"anchors": True},
    }


def _etcd() -> dict[str, Any]:
    return {
        "endpoints": [f"http://{address}:2379" for address in layout.ETCD.values()],
        "machines": dict(layout.ETCD),
    }


def _host(cluster: str) -> str:
    return f"{cluster}-app"


def _machine(cluster: str, secrets: LabSecrets) -> dict[str, Any]:
    return {
        "address": _address(HOSTS, int(cluster[1:])),
        "user": layout.DEPLOY_USER,
        "host_keys": [secrets.host_keys[HOST].ssh_public],
    }


def _application(cluster: str) -> dict[str, Any]:
    """A file, and a line for every time that it was led somewhere."""
    keys = {"DB_HOST": "{host}", "DB_PORT": "{port}"}
    return {
        "cluster": cluster,
        "hosts": [_host(cluster)],
        "files": [{"path": env_file(cluster), "keys": keys}],
        "after": ['echo "$PGBATON_HOST" >>moves.log'],
    }

"""The inventory of a fan-out: clusters of one application each, which more and more of the same hosts follow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from deploy.lab import layout
from deploy.lab.bench.fanned.hosts import CACHED, Host, env_file
from deploy.lab.bench.leaders import Seat
from deploy.lab.keys import LabSecrets

STANDIN = "standin"
ADDRESSES = ("10.77.0.91", "10.77.0.92")
"""Both are the stand-in's; each cluster has a member at either, and moves between them."""

Fleet = Mapping[str, Sequence[Host]]
"""Which hosts follow a cluster, by its name."""


def seats(fleet: Fleet) -> Mapping[str, tuple[Seat, Seat]]:
    """Each cluster's two members, at a port of its own."""
    return {
        name: (
            Seat(scope=name, member=f"{name}-a", address=ADDRESSES[0], port=8100 + number),
            Seat(scope=name, member=f"{name}-b", address=ADDRESSES[1], port=8100 + number),
        )
        for number, name in enumerate(fleet)
    }


def inventory_toml(fleet: Fleet, secrets: LabSecrets, *, warm: int) -> str:
    """The text of an inventory whose workers keep so many connections."""
    return tomlkit.dumps({**_ground(fleet, secrets), **_followers(fleet, secrets, warm)})


def _ground(fleet: Fleet, secrets: LabSecrets) -> dict[str, Any]:
    return {
        "schema": 1,
        "redis": {"url": f"redis://{layout.REDIS['redis']}:{layout.REDIS_PORT}/0"},
        "etcd": {
            "main": {
                "endpoints": [f"http://{address}:2379" for address in layout.ETCD.values()],
                "machines": dict(layout.ETCD),
            }
        },
        "clusters": {name: {"etcd": "main", "scope": name} for name in fleet},
        "senders": {"watch": {"clusters": list(fleet), "keys": [secrets.senders["watch"].whpk]}},
        "webhook": {"urls": [f"{layout.WEBHOOK}/events"]},
    }


def _followers(fleet: Fleet, secrets: LabSecrets, warm: int) -> dict[str, Any]:
    everybody = {host.name: host for its in fleet.values() for host in its}
    return {
        "ssh": {"warm": warm},
        "hosts": {
            host.name: {
                "address": host.address,
                "user": layout.DEPLOY_USER,
                "host_keys": [secrets.host_keys[host.name].ssh_public],
            }
            for host in everybody.values()
        },
        "applications": {
            name: {
                "cluster": name,
                "hosts": [host.name for host in its],
                "files": [{"path": env_file(name), "keys": {"DB_HOST": "{host}"}}],
                "after": [f"cp .env {CACHED}"],
            }
            for name, its in fleet.items()
        },
    }

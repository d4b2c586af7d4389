"""The lab's inventory: written like an operator would, and everything else is rendered from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit

from deploy.lab import layout
from deploy.lab.keys import LabSecrets
from deploy.lab.setting import merged

QUICK: Mapping[str, str | int | bool] = {
    "shared_buffers": "64MB",
    "effective_cache_size": "256MB",
    "maintenance_work_mem": "32MB",
}
"""The reference's memory is meant for a machine with 4 GB; three of them share one here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Patroni's timing, in seconds."""

    ttl: int
    loop_wait: int
    retry_timeout: int


PROFILES: Mapping[str, Profile] = {
    "lab": Profile(ttl=20, loop_wait=2, retry_timeout=3),
    "default": Profile(ttl=30, loop_wait=10, retry_timeout=10),
}


HEARTBEAT = 5
"""Seconds between two beats of clock and watch."""

Endpoints = Mapping[str, str]
"""Where each managed shop points: "leader" or "nodebalancer", by its machine."""


def endpoints_of(word: str) -> Endpoints:
    """Where the shops point: all at the leader, all at the NodeBalancer, or one at each ("both")."""
    words = {"both": ("leader", "nodebalancer")}.get(word, (word, word))
    return dict(zip(layout.SHOPS, words, strict=True))


def balanced(endpoints: Endpoints) -> bool:
    """Whether anybody points at the NodeBalancer; else the lab has none."""
    return "nodebalancer" in endpoints.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The NodeBalancer's health check, in seconds; Linode's default interval, and the timeout and
    attempts of the reference architecture."""

    interval: int = 5
    timeout: int = 2
    attempts: int = 3


def inventory_toml(
    *,
    profile: Profile,
    secrets: LabSecrets,
    endpoints: Endpoints | None = None,
    check: Check | None = None,
    pages: str = layout.PAGES,
    over: Mapping[str, Any] | None = None,
    light: Mapping[str, str] | None = None,
) -> str:
    """The text of the inventory; no secret is in it. `pages` is where people reach the pages; `over` is
    merged over all of it; `light` are further hosts, at the leader, by name and address."""
    where, lights = endpoints or endpoints_of("leader"), light or {}
    tables = _tables(profile, secrets, where, {**layout.SHOPS, **lights}) | _telling(pages)
    if lights:
        tables["applications"]["light"] = light_application(layout.CLUSTER, tuple(lights))
    if balanced(where):
        tables["linode"] = {"url": layout.LINODE_API}
        tables["nodebalancers"] = {layout.BALANCER: _balancer(check or Check())}
    return tomlkit.dumps(merged(tables | _pinned(secrets, over or {}), over or {}))


def _pinned(secrets: LabSecrets, over: Mapping[str, Any]) -> dict[str, Any]:
    """The database machines' host keys, where workers log in there to isolate a stale primary."""
    isolation = over.get("clusters", {}).get(layout.CLUSTER, {}).get("isolation", {})
    if isolation.get("policy") != "stop":
        return {}
    pins = {name: [secrets.host_keys[name].ssh_public] for name in layout.MEMBERS}
    return {"machines": {name: {"host_keys": keys} for name, keys in pins.items()}}


def _tables(
    profile: Profile, secrets: LabSecrets, endpoints: Endpoints, hosts: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "schema": 1,
        "redis": {"url": f"redis://{layout.REDIS['redis']}:{layout.REDIS_PORT}/0"},
        "etcd": {"main": _etcd()},
        "clusters": {layout.CLUSTER: _cluster(profile)},
        "hosts": {
            name: {
                "address": address,
                "user": layout.DEPLOY_USER,
                "host_keys": [secrets.host_keys[name].ssh_public],
            }
            for name, address in hosts.items()
        },
        "applications": _applications(endpoints),
        "senders": {
            name: {"clusters": [layout.CLUSTER], "keys": [pair.whpk]}
            for name, pair in secrets.senders.items()
        },
        "webhook": {"urls": [f"{layout.WEBHOOK}/events"]},
    }


def _telling(pages: str) -> dict[str, Any]:
    """Where the story is told; the dead-man's switch is impatient, for a drill is short."""
    return {
        "pages": {"url": pages},
        "slack": {"channel": layout.SLACK_CHANNEL, "url": layout.SLACK_API},
        "alerts": {"url": layout.ALERTS},
        "heartbeat": {**layout.HEARTBEATS, "every": HEARTBEAT},
        "audit": {"anchors": True},
    }


def _etcd() -> dict[str, Any]:
    return {
        "endpoints": [f"http://{address}:2379" for address in layout.ETCD.values()],
        "machines": dict(layout.ETCD),
    }


def _cluster(profile: Profile) -> dict[str, Any]:
    return {
        "etcd": "main",
        "scope": layout.SCOPE,
        "machines": dict(layout.MEMBERS),
        "probe": {"user": "pgbaton"},
        "postgresql_port": layout.POSTGRESQL_PORT,
        "mux": {"port": layout.TRAFFIC_PORT},
        "ttl": profile.ttl,
        "loop_wait": profile.loop_wait,
        "retry_timeout": profile.retry_timeout,
        "synchronous": True,
        "watchdog": "off",  # a namespace would arm the real machine's
        "parameters": dict(QUICK),
    }


def _balancer(check: Check) -> dict[str, Any]:
    return {
        "cluster": layout.CLUSTER,
        "label": "shop-front",
        "region": "us-ord",
        "address": layout.BALANCER_ADDRESS,
        "port": layout.BALANCER_PORT,
        "check_interval": check.interval,
        "check_timeout": check.timeout,
        "check_attempts": check.attempts,
    }


def _applications(endpoints: Endpoints) -> dict[str, Any]:
    """One shop for each endpoint that is in use; it is the same program at both."""
    hosts = {e: [h for h, at in endpoints.items() if at == e] for e in ("leader", "nodebalancer")}
    return {
        "shop" if endpoint == "leader" else "shop-behind": {
            "cluster": layout.CLUSTER,
            "hosts": at,
            "endpoint": endpoint,
            **_shop(),
        }
        for endpoint, at in hosts.items()
        if at
    }


def light_application(cluster: str, hosts: Sequence[str]) -> dict[str, Any]:
    """An application that is nothing but its file and the starts that it writes down."""
    return {
        "cluster": cluster,
        "hosts": list(hosts),
        **_shop(),
        "check": 'tail -n 1 boots.log | grep -qF " $PGBATON_HOST "',
    }


def _shop() -> dict[str, Any]:
    return {
        "files": [
            {"path": layout.ENV_FILE, "keys": {"DB_HOST": "{host}", "DB_PORT": "{port}"}},
        ],
        "services": [{"name": "shop", "manager": "runit"}],
        "check": f"curl -fsS --max-time 2 http://127.0.0.1:{layout.SHOP_PORT}/healthz",
        "check_timeout": 10,
    }

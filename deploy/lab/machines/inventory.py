"""The booted machines' inventory, as an operator would write it: TLS everywhere, hardened hosts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from deploy.lab import layout
from deploy.lab.inventory import HEARTBEAT, QUICK, Profile
from deploy.lab.network import NETWORK

TLS = {name: f"/etc/pgbaton/tls/{file}" for name, file in
       (("ca", "ca.pem"), ("cert", "client.pem"), ("key", "client.key"))}  # fmt: skip
SHOP = "/var/www/shop"
RUNS = ("web", "pages", "worker", "watch", "clock", "chronicle")


def inventory_toml(profile: Profile, *, pages: str) -> str:
    """Everything but the public keys, which `pgbaton keys make --write` puts in."""
    return tomlkit.dumps(
        {
            "schema": 1,
            "redis": {
                "url": f"rediss://{layout.REDIS['redis']}:{layout.REDIS_PORT}/0",
                "tls": {"ca": TLS["ca"]},
            },
            "webhook": {"urls": [f"{WEBHOOK}/events"], "ca": TLS["ca"]},
            "etcd": {"main": _etcd()},
            "clusters": {layout.CLUSTER: _cluster(profile)},
            "machines": _machines(),
            "deploy": {"networks": [NETWORK], "operators": [f"{layout.OPERATOR['operator']}/32"]},
            "hosts": {name: _host(address) for name, address in layout.SHOPS.items()},
            "applications": {"shop": _shop()},
            **_telling(pages),
        }
    )


WEBHOOK = f"https://{layout.CONTROL['control']}:{layout.WEBHOOK_PORT}"


def _etcd() -> dict[str, Any]:
    return {
        "endpoints": [f"https://{address}:2379" for address in layout.ETCD.values()],
        "machines": dict(layout.ETCD),
        "tls": TLS,
    }


def _cluster(profile: Profile) -> dict[str, Any]:
    return {
        "etcd": "main",
        "scope": layout.SCOPE,
        "machines": dict(layout.MEMBERS),
        "databases": {"shop": "shop"},
        "rest": TLS,
        "probe": {"user": "pgbaton", "sslmode": "verify-full", "tls": {"ca": TLS["ca"]}},
        "postgresql_port": layout.POSTGRESQL_PORT,
        "mux": {"port": layout.TRAFFIC_PORT},
        "ttl": profile.ttl,
        "loop_wait": profile.loop_wait,
        "retry_timeout": profile.retry_timeout,
        "watchdog": "off",  # these machines share the real machine's
        "parameters": dict(QUICK),
    }


def _machines() -> dict[str, Any]:
    return {
        "redis": {"address": layout.REDIS["redis"], "runs": ["redis"]},
        "control": {"address": layout.CONTROL["control"], "runs": list(RUNS), "workers": 2},
    }


def _host(address: str) -> dict[str, Any]:
    return {"address": address, "user": layout.DEPLOY_USER, "mode": "hardened"}


def _shop() -> dict[str, Any]:
    return {
        "cluster": layout.CLUSTER,
        "hosts": list(layout.SHOPS),
        "preset": "laravel",
        "path": SHOP,
        "up": f"http://127.0.0.1:{layout.SHOP_PORT}/healthz",
        "check_timeout": 10,
    }


def _telling(pages: str) -> dict[str, Any]:
    return {
        "pages": {"url": pages},
        "slack": {"channel": layout.SLACK_CHANNEL, "url": layout.SLACK_API},
        "alerts": {"url": layout.ALERTS},
        "heartbeat": {**layout.HEARTBEATS, "every": HEARTBEAT},
    }


def as_seen_from_outside(text: str, keys: Path) -> str:
    """The same inventory for whoever has the keys folder itself and stands on no machine."""
    lies: Mapping[str, Path] = {
        "ca": keys / "ca.pem",
        "cert": keys / "certificates/pgbaton.client.pem",
        "key": keys / "certificates/pgbaton.client.key",
    }
    for name, path in TLS.items():
        text = text.replace(f'"{path}"', f'"{lies[name]}"')
    return text

"""An inventory with two hosts that follow a cluster and one that does not."""

from __future__ import annotations

from jobs.inventory import Inventory

TEXT = {
    "redis": {"url": "redis://127.0.0.1/0"},
    "etcd": {"main": {"endpoints": ["http://127.0.0.1:2379"]}},
    "clusters": {"orders": {"etcd": "main", "scope": "orders"}},
    "applications": {
        "shop": {
            "cluster": "orders",
            "hosts": ["web2", "web1"],
            "files": [{"path": "/srv/.env", "format": "dotenv", "keys": {"DB_HOST": "{host}"}}],
        }
    },
}


def inventory(warm: int) -> Inventory:
    """With so many connections to keep."""
    keys = ["ssh-ed25519 AAAA"]
    hosts = {
        name: {"address": f"10.0.0.{number}", "host_keys": keys}
        for number, name in enumerate(("web1", "web2", "old"), 1)
    }
    return Inventory.model_validate({**TEXT, "hosts": hosts, "ssh": {"warm": warm}})

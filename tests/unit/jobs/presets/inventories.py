"""An inventory with one application, whose own lines a test brings."""

from __future__ import annotations

from jobs.inventory import Application, BadInventory, Inventory, load_inventory

INVENTORY = """
schema = 1
redis.url = "redis://10.0.0.5:6379/0"
[etcd.main]
endpoints = ["http://10.0.0.11:2379"]
[clusters.shop]
etcd = "main"
scope = "shop"
machines = { pg1 = "10.0.0.21", pg2 = "10.0.0.22" }
[hosts.web1]
address = "10.0.1.1"
mode = "hardened"
host_keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILkJminyp6wZHUGk1W6TgpSQIWXY3Rk1f+vqG/QpGMk3"]
[applications.shop]
cluster = "shop"
hosts = ["web1"]
"""


def inventory(lines: str, *, mode: str = "hardened") -> Inventory:
    found = load_inventory(INVENTORY.replace("hardened", mode) + lines)
    assert isinstance(found, Inventory), str(found)
    return found


def application(lines: str) -> Application:
    return inventory(lines).applications["shop"]


def mistakes(lines: str) -> dict[str, str]:
    """Everything that is wrong, by its path below the application."""
    found = load_inventory(INVENTORY + lines)
    assert isinstance(found, BadInventory)
    return {m.path.removeprefix("applications.shop."): m.reason for m in found.mistakes}

"""One inventory with a NodeBalancer, as the probe's tests read it."""

from __future__ import annotations

from jobs.inventory import Inventory, load_inventory

TEXT = """
[redis]
url = "redis://127.0.0.1:6379"
[etcd.main]
endpoints = ["http://127.0.0.1:2379"]
[clusters.shop]
etcd = "main"
scope = "shop"
machines = { pg1 = "10.0.0.1", pg2 = "10.0.0.2", pg3 = "10.0.0.3" }
linodes = { pg3 = "shop-db-3" }
[clusters.bare]
etcd = "main"
scope = "bare"
[nodebalancers.front]
cluster = "shop"
label = "nb-shop"
[nodebalancers.other]
cluster = "bare"
label = "nb-bare"
backends = { db1 = "10.1.0.1", pg2 = "10.0.0.2" }
[senders.probe]
clusters = ["shop", "bare"]
hmac = true
"""


def _load() -> Inventory:
    found = load_inventory(TEXT)
    assert isinstance(found, Inventory), str(found)
    return found


INVENTORY = _load()
SHOP = INVENTORY.nodebalancers["front"]

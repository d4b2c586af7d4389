"""Each cluster's anchors in its own etcd, from inventory and secrets."""

from __future__ import annotations

from collections.abc import Mapping

from jobs.inventory import Inventory
from jobs.ports import Anchors
from workers.etcd.anchors import EtcdAnchors
from workers.secrets import Secrets


def anchors_of(inventory: Inventory, secrets: Secrets) -> Mapping[str, Anchors]:
    """By cluster; clusters of one etcd share one. None where `audit.anchors` is off."""
    from workers.ways import gateway_of

    if not inventory.audit.anchors:
        return {}
    prefix = inventory.audit.anchor_prefix
    places = {
        name: EtcdAnchors(gateway_of(name, etcd, secrets), prefix=prefix, place=f"etcd {name}")
        for name, etcd in inventory.etcd.items()
    }
    return {name: places[cluster.etcd] for name, cluster in inventory.clusters.items()}

"""Linode's double with a NodeBalancer before each of the first clusters, all of them as they should be."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from deploy.lab import front, pgbaton
from deploy.lab.bench.resting.world import Size
from deploy.lab.lab import Lab
from deploy.lab.process import Process, wait_until
from jobs.balancer.wanted import wanted
from jobs.inventory import Inventory


def start_fronts(lab: Lab, size: Size) -> Process:
    """Without a data plane: nobody comes through these, and status is said by hand."""
    machine = lab.machines["linode"]
    seed = machine.folder / "seed.json"
    seed.write_text(json.dumps(seed_of(lab.inventory)))
    command = [
        sys.executable, "-m", "deploy.lab.linode",
        "--listen", f"{machine.address}:80", "--control", f"{machine.address}:81",
        "--state", str(machine.folder), "--seed", str(seed),
    ]  # fmt: skip
    environment = {**pgbaton.PYTHON, "LINODE_TOKEN": lab.secrets.linode}
    process = machine.start("linode", command, env=environment)
    wait_until("Linode's API", front.linode_answers, seconds=60)
    for cluster in size.fronts.values():
        front.control(f"/_lab/nodes/{cluster}-a", {"status": "UP"})
        front.control(f"/_lab/nodes/{cluster}-b", {"status": "DOWN"})
    return process


def seed_of(inventory: Inventory) -> Mapping[str, Any]:
    """The machines of all members, and each NodeBalancer as `pgbaton nodebalancer apply` makes it."""
    return {
        "machines": [
            {"label": member, "ipv4": [address]}
            for balancer in inventory.nodebalancers.values()
            for member, address in inventory.clusters[balancer.cluster].machines.items()
        ],
        "nodebalancers": [_balancer(inventory, name) for name in inventory.nodebalancers],
    }


def _balancer(inventory: Inventory, name: str) -> Mapping[str, Any]:
    want = wanted(inventory, name)
    nodes = [{"label": n.label, "address": str(n.address), "mode": "accept"} for n in want.nodes]
    return {
        "label": want.label,
        "region": want.region,
        "tags": list(want.tags),
        "configs": [{**want.settings, "port": want.port, "nodes": nodes}],
    }

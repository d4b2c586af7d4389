"""Three etcd on three machines, from the files that deploy renders."""

from __future__ import annotations

import json
import urllib.request
from urllib.error import URLError

from deploy.lab import layout
from deploy.lab.machine import Machine
from deploy.lab.process import Process
from deploy.render import EtcdGround, etcd_yml
from jobs.inventory import Inventory


def start_etcd(machine: Machine, inventory: Inventory) -> Process:
    """Start one member with its rendered file."""
    data = machine.folder / "etcd"
    data.mkdir(mode=0o700, exist_ok=True)
    config = machine.folder / "etcd.conf.yml"
    ground = EtcdGround(data_dir=str(data))
    config.write_text(etcd_yml(inventory, "main", machine.name, ground))
    return machine.start("etcd", ["etcd", "--config-file", str(config)])


def etcd_healthy(address: str) -> bool:
    """Whether this member has a leader and a quorum."""
    try:
        with urllib.request.urlopen(f"http://{address}:2379/health", timeout=1) as answer:
            return str(json.load(answer).get("health")) == "true"
    except (URLError, OSError, ValueError):
        return False


def all_healthy() -> bool:
    return all(etcd_healthy(address) for address in layout.ETCD.values())

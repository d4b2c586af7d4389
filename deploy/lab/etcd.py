"""Three etcd on three machines, from the files that deploy renders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deploy.lab import layout
from deploy.lab.answers import asked
from deploy.lab.machine import LabError, Machine
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
    return asked(f"http://{address}:2379/health").get("health") == "true"


def all_healthy() -> bool:
    return all(etcd_healthy(address) for address in layout.ETCD.values())


def raft_leader() -> str:
    """The member that the others follow. LabError where none says so."""
    for name, address in layout.ETCD.items():
        said = _status(address)
        if said and said.get("leader") == said["header"]["member_id"]:
            return name
    raise LabError("no member of etcd says that it leads")


def raft_follower() -> str:
    """A member that follows another."""
    leader = raft_leader()
    return next(name for name in layout.ETCD if name != leader)


def _status(address: str) -> Mapping[str, Any]:
    """What a member says of itself; an empty mapping where it does not answer."""
    return asked(f"http://{address}:2379/v3/maintenance/status", data=b"{}")

"""etcd is restored from a snapshot: recognised, refused, explained, lifted, and the watch hears on."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.event import LEADER_KEY
from tests.contract.etcd.server import Cluster, Member
from tests.contract.restore.plant import Plant
from tests.waiting import until
from workers.etcd import Gateway


@pytest.mark.timeout(300)
def test_epochs_go_back_and_are_lifted(
    plant: Plant, etcd: Cluster, require: Callable[[str], Path], tmp_path: Path,
    measured: Callable[[str], None],
) -> None:  # fmt: skip
    """The hosts stay where they are, one alarm names the command, the command brings them along, and the
    trail is sound though its newest anchors are gone."""
    etcdctl, copy = require("etcdctl"), tmp_path / "copy"
    plant.settle()
    _ctl(etcdctl, "--endpoints", etcd.endpoints[0], "snapshot", "save", str(copy))
    _go_on(etcd)
    plant.lead("pg2")
    plant.until_follows("pg2", within=60)
    _put_back(etcdctl, etcd, copy)
    begun = time.monotonic()
    epoch = plant.take_key("pg2")
    until(lambda: _alarmed(plant), seconds=60)
    said = time.monotonic() - begun
    until(lambda: epoch in _heard(plant), seconds=60)
    heard = time.monotonic() - begun
    measured(f"epochs that went back: said after {said:.1f} s, told by the watch by {heard:.1f} s")
    plant.lead("pg1")
    time.sleep(3)
    assert f"DB_PORT={plant.ports['pg2']}\n" in plant.env_file.read_text()
    assert plant.service.restarts == 2
    seen = plant.pgbaton("reset-fence", "shop", "--all", "--why", "etcd restored", "--yes")
    assert seen.returncode == 0, seen.stdout + seen.stderr
    plant.until_follows("pg1", within=60)
    assert plant.service.restarts == 3
    assert plant.pgbaton("audit", "verify").returncode == 0
    assert plant.dead() == []


def _alarmed(plant: Plant) -> bool:
    alarms = [one for one in plant.told("alarm") if "went back" in one["reason"]]
    return bool(alarms) and "reset-fence shop --all" in alarms[0]["remedy"]


def _heard(plant: Plant) -> list[object]:
    events = (one for one in plant.told("event") if one["type"] == LEADER_KEY)
    return [one["data"]["epoch"] for one in events]


def _go_on(etcd: Cluster) -> None:
    """etcd counts on, as it does with every heartbeat of a Patroni."""
    gateway = Gateway(etcd.endpoints)
    for number in range(20):
        gateway.put(b"/anything", str(number).encode(), timeout=20)


def _put_back(etcdctl: Path, etcd: Cluster, copy: Path) -> None:
    """As an administrator does it: stopped, restored with the same token, started."""
    [member] = etcd.members
    member.stop()
    member.forget()
    _ctl(etcdctl, "snapshot", "restore", str(copy), *_places(member))
    member.start()
    etcd.wait()


def _places(member: Member) -> list[str]:
    return [
        *("--name", member.name, "--data-dir", str(member.folder / member.name)),
        *("--initial-cluster", member.members, "--initial-advertise-peer-urls", member.peer),
    ]


def _ctl(etcdctl: Path, *words: str) -> None:
    environ = {"ETCDCTL_API": "3"}
    subprocess.run([etcdctl, *words], env=environ, check=True, capture_output=True, timeout=30)

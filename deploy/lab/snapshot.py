"""etcd's snapshots, taken and restored as an administrator does it: without them epochs could never go back."""

from __future__ import annotations

import base64
import json
import shutil
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from deploy.lab import layout
from deploy.lab.etcd import all_healthy, start_etcd
from deploy.lab.faults import stop_etcd
from deploy.lab.machine import LabError, Machine
from deploy.lab.process import wait_until

if TYPE_CHECKING:
    from deploy.lab.lab import Lab

FILE = "etcd.snapshot"


def save(lab: Lab) -> None:
    """Take a snapshot of what etcd holds now."""
    copy(lab).unlink(missing_ok=True)
    machine = lab.machines["etcd1"]
    etcdctl(
        machine, f"--endpoints=http://{machine.address}:2379", "snapshot", "save", str(copy(lab))
    )


def copy(lab: Lab) -> Path:
    return lab.folder / FILE


def restore(lab: Lab, empty: Callable[[], None]) -> None:
    """Every member is stopped, loses its data for the snapshot's, and starts again; the token stays.
    `empty` is called while no member runs."""
    stop_etcd(lab, tuple(layout.ETCD))
    empty()
    for name in layout.ETCD:
        machine = lab.machines[name]
        configured: Mapping[str, Any] = YAML(typ="safe").load(machine.folder / "etcd.conf.yml")
        shutil.rmtree(configured["data-dir"])
        words = (f"--{word}={configured[word]}" for word in KEPT)
        etcdctl(machine, "snapshot", "restore", str(copy(lab)), *words)
    for name in layout.ETCD:
        start_etcd(lab.machines[name], lab.inventory)
    wait_until("etcd's quorum", all_healthy, seconds=60)


KEPT = (
    "name",
    "data-dir",
    "initial-cluster",
    "initial-cluster-token",
    "initial-advertise-peer-urls",
)
"""What a restored member is called as before."""


def etcdctl(machine: Machine, *words: str) -> None:
    done = machine.run(["etcdctl", *words], env={"ETCDCTL_API": "3"}, timeout=60)
    if done.returncode:
        raise LabError(f"etcdctl {' '.join(words)}: {done.stderr}")


def age(count: int) -> None:
    """Let etcd count on, as it does by itself within some hours."""
    key = base64.b64encode(b"/lab/time-passes").decode()
    for number in range(count):
        value = base64.b64encode(str(number).encode()).decode()
        body = json.dumps({"key": key, "value": value}).encode()
        with urllib.request.urlopen(
            f"http://{layout.ETCD['etcd1']}:2379/v3/kv/put", data=body, timeout=5
        ) as answer:
            answer.read()

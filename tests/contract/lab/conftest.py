"""Without this file every test of the lab would have to find its programs and build its machines."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab import layout
from deploy.lab.etcd import all_healthy, start_etcd
from deploy.lab.ground import lab_folder
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import Lab, open_lab
from deploy.lab.machine import Machine, Plan, boot
from deploy.lab.network import Switch, standing_in
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import wait_until
from tests import parts

NAMES = {"operator": "10.77.0.2", "left": "10.77.0.61", "right": "10.77.0.62"}


@pytest.fixture(scope="session", autouse=True)
def _parts() -> None:
    """Namespaces need root and the programs that make them."""
    parts.require_root()
    for program in ("unshare", "nsenter", "setpriv", "ip", "nft"):
        parts.require(program)


@pytest.fixture(scope="session")
def lab_venv() -> Path:
    """Give the environment that ./dev makes for the lab's own users."""
    named = os.environ.get("PGBATON_LAB_VENV") or _named_by_setup()
    if not Path(named, ".complete").exists():
        parts.absent("the lab's venv is not built: run ./dev test")
    os.environ["PGBATON_LAB_VENV"] = named
    return Path(named)


def _named_by_setup() -> str:
    script = ". deploy/setup/venvs.sh && lab_venv"
    done = subprocess.run(
        ["sh", "-c", script], cwd=parts.ROOT, capture_output=True, text=True, timeout=10
    )
    return done.stdout.strip()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[dict[str, Machine]]:
    """Give three machines and the switch between them; this thread stands on `operator`."""
    with lab_folder(tmp_path / "labs") as folder:
        plans = [Plan(name=n, address=a, folder=folder / n) for n, a in NAMES.items()]
        booted = boot([Plan(name="switch", address="", folder=folder / "switch"), *plans])
        named = {machine.name: machine for machine in booted}
        try:
            switch = Switch(machine=booted[0])
            switch.open()
            switch.join(booted[1:])
            with standing_in(booted[1]):
                yield named
        finally:
            for machine in named.values():
                if machine.shell.poll() is None:
                    machine.pull_plug()


@pytest.fixture(scope="module")
def lab(lab_venv: Path) -> Iterator[Lab]:
    """Give a lab whose etcd runs, from its rendered files; nothing else does yet."""
    for program in ("etcd", "postgres", "redis-server", "sshd", "runsvdir"):
        parts.require(program)
    with open_lab(profile=PROFILES["lab"], program=PatroniProgram(version=4)) as opened:
        for name in layout.ETCD:
            start_etcd(opened.machines[name], opened.inventory)
        wait_until("etcd", all_healthy, seconds=40)
        yield opened

"""Our units as systemd itself reads them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint

FOLDER = "/etc/systemd/system/"
MACHINES = ("e1", "pg1", "control")
OPEN_TO = {"etcd": 2.0, "pgbaton": 2.0}
"""How exposed a unit may be by systemd's own measure, of 10. Patroni's must start PostgreSQL as it is."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def _put(blueprint: Blueprint, folder: Path) -> list[Path]:
    """Units, whose programs are there to be started."""
    program = folder / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = [f for f in blueprint.files if f.path.startswith(FOLDER)]
    for unit in units:
        text = re.sub(r"/(?:opt/pgbaton|usr/local)/[\w./-]+", str(program), unit.text)
        (folder / unit.path.removeprefix(FOLDER)).write_text(text)
    return [folder / unit.path.removeprefix(FOLDER) for unit in units]


def _analyze(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    if program is None:  # nothing else here needs systemd, so ./dev does not bring it
        pytest.skip("no systemd-analyze on this machine")
    environ = {"SYSTEMD_LOG_LEVEL": "warning", "SYSTEMD_UNIT_PATH": f"{folder}:"}
    command = [program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, env=environ)


@pytest.mark.parametrize("machine", MACHINES)
def test_systemd_finds_no_fault(
    blueprints: Mapping[str, Blueprint], folder: Path, machine: str
) -> None:
    """`systemd-analyze verify` says nothing; of a word that it does not know it speaks."""
    units = _put(blueprints[machine], folder)
    done = _analyze("verify", "--man=no", *units, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    units[0].write_text(units[0].read_text().replace("[Service]", "[Service]\nRestartSecs=2"))
    units[0].write_text(units[0].read_text().replace("[Timer]", "[Timer]\nRestartSecs=2"))
    assert "RestartSecs" in _analyze("verify", "--man=no", *units, folder=folder).stderr


@pytest.mark.parametrize("machine", ["e1", "control"])
def test_they_are_hardened(blueprints: Mapping[str, Blueprint], folder: Path, machine: str) -> None:
    """By systemd's own measure no unit of etcd or pgbaton is exposed more than 2 of 10."""
    for unit in _put(blueprints[machine], folder):
        most = round(OPEN_TO[unit.name.partition("-")[0].partition(".")[0]] * 10)
        done = _analyze(
            "security", "--offline=true", f"--threshold={most}", "--no-pager", unit, folder=folder
        )
        assert done.returncode == 0, done.stdout.splitlines()[-1]

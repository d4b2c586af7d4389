"""The units that flush the spool, as systemd itself reads them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.hook import hook_units


def _verify(folder: Path) -> subprocess.CompletedProcess[str]:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # nothing else here needs systemd, so ./dev does not bring it
        pytest.skip("no systemd-analyze on this machine")
    return subprocess.run(
        [analyze, "verify", "--man=no", *map(str, sorted(folder.glob("pgbaton-hook.*")))],
        capture_output=True,
        text=True,
        timeout=30,
        env={"SYSTEMD_LOG_LEVEL": "warning", "SYSTEMD_UNIT_PATH": f"{folder}:"},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The units, with a program that is there to be started."""
    hook = tmp_path / "hook"
    hook.write_text("#!/bin/sh\n")
    hook.chmod(0o755)
    for name, text in hook_units().items():
        (tmp_path / name).write_text(text.replace("/usr/local/bin/pgbaton-hook", str(hook)))
    return tmp_path


def test_systemd_finds_no_fault(folder: Path) -> None:
    """Service and timer belong together, and every word is known."""
    done = _verify(folder)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_word_would_be_found(folder: Path) -> None:
    """The check above can fail."""
    timer = folder / "pgbaton-hook.timer"
    timer.write_text(timer.read_text().replace("OnBootSec", "OnBoatSec"))
    assert "OnBoatSec" in _verify(folder).stderr


def test_the_service_flushes_as_who_runs_the_hook() -> None:
    """One pass, as the owner of the spool, and the timer comes back."""
    units = hook_units()
    service, timer = units["pgbaton-hook.service"], units["pgbaton-hook.timer"]
    assert "ExecStart=/usr/local/bin/pgbaton-hook --flush\n" in service
    assert "User=postgres\n" in service
    assert "OnUnitInactiveSec=30s\n" in timer

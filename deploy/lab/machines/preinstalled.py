"""Puts the libraries of pgbaton's program into the image, so that push downloads nothing twelve times."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from deploy.lab.machine import PATH, LabError
from deploy.program import HOME, install_script, program

PYTHON = "3.11"
"""The image's own, for which the wheels are fetched, whatever Python runs here."""
WHEELS = "var/tmp/wheels"


def stamp() -> str:
    """What the libraries are made from."""
    script = hashlib.sha256(install_script().encode()).hexdigest()
    return f"{program().lock_digest} {script}"


def preinstall(root: Path, log: Path) -> None:
    """Build the libraries in the image by the program's own script; the code itself comes by push."""
    wheels = root / WHEELS
    _fetch(wheels, log)
    _install(root, log)
    shutil.rmtree(wheels)
    for left in (root / HOME.lstrip("/")).glob("code*"):
        left.unlink() if left.is_symlink() else shutil.rmtree(left)
    (root / HOME.lstrip("/") / "venv").unlink(missing_ok=True)


def _fetch(wheels: Path, log: Path) -> None:
    """Here, where pip is configured; the image knows of no index, as a machine behind a firewall."""
    with tempfile.NamedTemporaryFile("wb", suffix=".lock") as lock:
        lock.write((files("deploy.program") / "requirements.lock").read_bytes())
        lock.flush()
        _run(
            [sys.executable, "-m", "pip", "download", "-qq", "--no-deps", "--require-hashes",
             "--no-build-isolation", "--python-version", PYTHON,
             "--requirement", lock.name, "--dest", str(wheels)],
            log,
        )  # fmt: skip


def _install(root: Path, log: Path) -> None:
    environment = [f"PATH={PATH}", "PIP_NO_INDEX=1", f"PIP_FIND_LINKS=/{WHEELS}"]
    script = root / "var/tmp/install.sh"
    script.write_text(install_script())
    command = ["chroot", str(root), "env", "-i", *environment, "sh", "/var/tmp/install.sh"]
    _run(command, log, stdin=program().archive)
    script.unlink()


def _run(argv: Sequence[str], log: Path, *, stdin: bytes = b"") -> None:
    with log.open("ab") as output:
        done = subprocess.run(
            argv, input=stdin, stdout=output, stderr=subprocess.STDOUT, check=False, timeout=600
        )
    if done.returncode:
        raise LabError(f"the image's libraries were not installed; read {log}")

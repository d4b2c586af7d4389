"""The command itself gives the same bytes in every process, whatever order Python's sets have there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from deploy.render.written import inventory_toml
from tests.ground import Ground


def test_another_process_gives_the_same_bytes(ground: Ground, tmp_path: Path) -> None:
    """Names, modes and contents of all files, of two runs with different seeds."""
    inventory = tmp_path / "inventory.toml"
    inventory.write_text(inventory_toml(ground.inventory))
    first, second = (_rendered(ground, inventory, tmp_path / seed, seed) for seed in ("1", "2"))
    assert len(first) > 100
    assert first == second


def _rendered(ground: Ground, inventory: Path, folder: Path, seed: str) -> dict[str, str]:
    command = [str(Path(sys.executable).with_name("pgbaton")), "render", str(folder)]
    where = ["--inventory", str(inventory), "--keys", str(ground.keyring.folder)]
    environ = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [*command, *where], env=environ, capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): _seen(path) for path in files}


def _seen(path: Path) -> str:
    return f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"

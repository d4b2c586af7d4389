"""One folder per lab: who holds its lock lives; what a killed run left, the next one removes."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.lab.locks import alone, locked

LABS = Path("/var/lib/pgbaton-lab")
"""Outside every home: the users of the lab's machines must be able to enter it."""


@contextmanager
def lab_folder(labs: Path = LABS) -> Iterator[Path]:
    """Make a fresh folder, locked while the block runs, and remove it afterwards."""
    labs.mkdir(mode=0o755, parents=True, exist_ok=True)
    with locked(labs):
        sweep(labs)
        folder = Path(tempfile.mkdtemp(prefix="lab-", dir=labs))
        folder.chmod(0o755)
        lock = alone(folder)
    assert lock is not None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def sweep(labs: Path) -> list[Path]:
    """Remove the folders of labs whose process is gone; return them."""
    return [folder for folder in labs.glob("lab-*") if _remove_if_dead(folder)]


def _remove_if_dead(folder: Path) -> bool:
    try:
        lock = alone(folder)
    except FileNotFoundError:  # its own lab has just removed it
        return False
    if lock is None:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
    return True

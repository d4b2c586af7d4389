"""Removes the cgroups of machines that are gone: the kernel keeps them, whoever died."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deploy.lab.ground import LABS

TREES = tuple(map(Path, ("/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd")))


def sweep_cgroups(labs: Path = LABS, trees: tuple[Path, ...] = TREES) -> None:
    """Remove what belongs to labs whose folder is gone; what still holds a process stays."""
    living = [lab.name for lab in labs.glob("lab-*")]
    for folder in (found for tree in trees for found in tree.glob("pgbaton-lab-*")):
        if not any(folder.name.startswith(f"pgbaton-{lab}-") for lab in living):
            remove(folder)


def remove_cgroups(lab: str, trees: tuple[Path, ...] = TREES) -> None:
    """Remove those of one lab, by its folder's name: its machines are gone."""
    for folder in (found for tree in trees for found in tree.glob(f"pgbaton-{lab}-*")):
        remove(folder)


def remove(folder: Path) -> None:
    """Remove a cgroup with all below it, as far as they are empty."""
    for below in (*_below(folder), folder):
        with suppress(OSError):
            below.rmdir()


def _below(folder: Path) -> Iterator[Path]:
    """Every folder below one, the deepest first."""
    for path, names, _ in os.walk(folder, topdown=False):
        yield from (Path(path, name) for name in names)

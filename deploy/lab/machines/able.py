"""Whether machines can be booted here at all: a container in a container often may not mount or make cgroups."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from deploy.lab.ground import LABS
from deploy.lab.machine import PATH, LabError
from deploy.lab.machines.cgroups import TREES
from deploy.lab.machines.image import mirror

PROGRAMS = ("debootstrap", "systemd-nspawn", "journalctl")


def unable(trees: tuple[Path, ...] = TREES, labs: Path = LABS) -> str | None:
    """Why no machine can boot here, with what would change that; None where they can."""
    missing = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
    if missing:
        return f"{', '.join(missing)} not found: ./dev setup installs them"
    try:
        mirror()
    except LabError as error:
        return str(error)
    return _no_cgroup(trees) or _no_overlay(labs)


def _no_cgroup(trees: tuple[Path, ...]) -> str | None:
    found = [tree for tree in trees if (tree / "cgroup.procs").exists()]
    for tree in found:
        probe = tree / f"pgbaton-probe-{os.getpid()}"
        try:
            probe.mkdir()
        except OSError as error:
            why = f"no cgroup can be made in {tree} ({error.strerror})"
            return f"{why}: run it where root may write there"
        with suppress(OSError):
            probe.rmdir()
    return None if found else "no cgroups are mounted below /sys/fs/cgroup: systemd needs them"


def _no_overlay(labs: Path) -> str | None:
    labs.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=labs, prefix="probe-") as folder:
        for name in ("image", "disk", "work", "root"):
            Path(folder, name).mkdir()
        options = f"lowerdir={folder}/image,upperdir={folder}/disk,workdir={folder}/work"
        mount = ["mount", "-t", "overlay", "-o", options, "overlay", f"{folder}/root"]
        alone = ["unshare", "--mount", "--propagation", "private", *mount]
        done = subprocess.run(alone, capture_output=True, text=True, check=False, timeout=10)
    if done.returncode == 0:
        return None
    why = done.stderr.strip()
    return f"no overlay can be mounted below {labs} ({why}): run it where root may mount"

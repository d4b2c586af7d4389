"""The image that machines boot from, made once and kept: without it each run would install Debian twelve times."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.lab.lab import Say
from deploy.lab.locks import alone, locked, together
from deploy.lab.machine import PATH, LabError
from deploy.lab.machines.preinstalled import preinstall, stamp

IMAGES = Path("/var/cache/pgbaton")
RECIPE = Path(__file__).parent / "image.sh"
SUITE = "bookworm"
ALONE = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child",
         "--mount-proc", "--propagation", "private")  # fmt: skip
"""debootstrap mounts, and starts much: whoever dies, nothing of that stays."""


@contextmanager
def image(packages: Sequence[str], say: Say, images: Path = IMAGES) -> Iterator[Path]:
    """The image with these packages, built where there is none; nobody removes it meanwhile."""
    images.mkdir(parents=True, exist_ok=True)
    folder = images / f"machine-{key(packages)}"
    with locked(images):
        if not (folder / "made").is_file():
            say("making the machines' Debian, once; the next runs find it")
            began = time.monotonic()
            _make(folder, packages)
            say(f"their image is made ({time.monotonic() - began:.1f} s)")
        _make_room(folder)
        lock = together(folder)
    try:
        yield folder / "root"
    finally:
        os.close(lock)


def key(packages: Sequence[str]) -> str:
    """What an image is made of, in twelve hex digits."""
    parts = [SUITE, *sorted(set(packages)), RECIPE.read_text(), stamp()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def mirror() -> str:
    """Where this machine's own apt finds that Debian; LabError where it knows of none."""
    wanted = "$(SITE)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)"
    listed = _run(["apt-get", "indextargets", "--format", wanted, "Created-By: Packages"])
    rows = (line.split("|") for line in listed.splitlines())
    found = [uri for _, uri, codename, part in rows if codename == SUITE and part == "main"]
    if not found:
        raise LabError(
            f"machines boot Debian {SUITE}, and this machine's apt has no source of it: add one "
            "to /etc/apt/sources.list.d, then apt-get update"
        )
    return found[0]


def _make(folder: Path, packages: Sequence[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    root = folder / "root"
    names = ",".join(sorted(set(packages)))
    _run([*ALONE, "sh", str(RECIPE), str(root), mirror(), SUITE, names], log=folder / "log")
    preinstall(root, folder / "log")
    (folder / "made").touch()


def _make_room(kept: Path) -> None:
    """Remove images of other recipes, unless a lab runs on them."""
    for other in kept.parent.glob("machine-*"):
        if other != kept and (lock := alone(other)) is not None:
            shutil.rmtree(other, ignore_errors=True)
            os.close(lock)


def _run(argv: Sequence[str], *, log: Path | None = None) -> str:
    """Run to the end; what it said is in `log` where one is named. LabError says where to look."""
    done = subprocess.run(
        argv,
        env={**os.environ, "PATH": PATH},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if log is not None:
        log.write_text(done.stdout + done.stderr)
    if done.returncode:
        last = " / ".join((done.stdout + done.stderr).strip().splitlines()[-3:])
        raise LabError(f"{argv[0]} failed: {last}" + (f" (all of it: {log})" if log else ""))
    return done.stdout

"""Which files are pgbaton, wherever the running code lies: a machine gets these and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import deploy

PACKAGES = ("deploy", "jobs", "webhook", "workers")
STAYS_HERE = ("deploy/lab/", "deploy/setup/")
"""What only a checkout needs."""

_SCRAPS = re.compile(r"(^|/)(__pycache__/|\.)|\.py[co]$|~$|\.(orig|rej|swp)$")


def code() -> dict[str, bytes]:
    """Every file by its name below the packages' folder, and as much of a distribution's record as
    tells `importlib.metadata` the version; an installed record differs from one kind to the next."""
    root, told = Path(deploy.__file__).parent.parent, version("pgbaton")
    about = f"Metadata-Version: 2.1\nName: pgbaton\nVersion: {told}\n".encode()
    found = {name: (root / name).read_bytes() for name in _names(root)}
    return {**found, f"pgbaton-{told}.dist-info/METADATA": about}


def _names(root: Path) -> Iterator[str]:
    for package in PACKAGES:
        for path in (root / package).rglob("*"):
            name = path.relative_to(root).as_posix()
            if path.is_file() and not _SCRAPS.search(name) and not name.startswith(STAYS_HERE):
                yield name

"""Without this file a missing program would look like a passed test: real parts are asked for here."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
OF_THE_TESTS = {**os.environ, "PYTHONPATH": str(ROOT)}
"""For processes of ours that run a module of the tests: those are not installed, and the current
folder is not searched (PYTHONSAFEPATH)."""
POSTGRESQL = sorted(str(path) for path in Path("/usr/lib/postgresql").glob("*/bin"))
FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin", *POSTGRESQL)


def require(program: str) -> Path:
    """Return the path of a real program, or skip the test; with CI=true its absence is a failure.

    System folders and PostgreSQL's own count, whatever PATH says.
    """
    path = shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), *FOLDERS)))
    return Path(path) if path else absent(f"no {program} on this machine: run ./dev test")


def require_root() -> None:
    """Skip the test without root; with CI=true that is a failure."""
    if os.geteuid() != 0:
        absent("needs root (network namespaces, other users' processes): run ./dev test as root")


def absent(reason: str) -> NoReturn:
    """End the test because a real part is missing: a failure in CI, a skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)

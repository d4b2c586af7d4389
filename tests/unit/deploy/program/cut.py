"""The lock of a machine, cut out of ours: run this after locking, or machines keep the old libraries.

.venv/bin/python -m tests.unit.deploy.program.cut
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.parts import ROOT

WHOLE, CUT = ROOT / "requirements.lock", ROOT / "deploy/program/requirements.lock"
TARGETS = ("3.11.2", "3.12.3", "3.13.5")
"""The Pythons of Debian 12, Ubuntu 24.04 and Debian 13: what one of them needs is in."""
BUILDS = ("setuptools",)
"""Builds what has no wheel."""
EDITABLE = "editables"
"""An editable install adds it to our own requirements; no machine has one."""


def cut() -> str:
    """What pgbaton needs when it runs, markers and hashes as they stand."""
    wanted = {*closure(), *BUILDS}
    blocks = re.split(r"^(?=\w)", WHOLE.read_text(), flags=re.MULTILINE)
    return "".join(block for block in blocks if _name(block) in wanted)


def closure() -> frozenset[str]:
    """The names of everything that pgbaton needs at run time, as the installed packages tell."""
    found: set[tuple[str, str]] = set()
    coming = [("pgbaton", "")]
    while coming:
        pair = coming.pop()
        if pair not in found:
            found.add(pair)
            coming += [more for one in _needed_by(*pair) for more in _pairs(one)]
    return frozenset(name for name, _ in found if name not in {"pgbaton", EDITABLE})


def _needed_by(name: str, extra: str) -> Iterator[Requirement]:
    """Nothing, for what is not installed here: another Python's."""
    try:
        told = requires(name) or []
    except PackageNotFoundError:
        return
    yield from (one for one in map(Requirement, told) if _counts(one, extra))


def _counts(requirement: Requirement, extra: str) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate(_system(version, extra)) for version in TARGETS)


def _system(version: str, extra: str) -> Mapping[str, str]:
    return {
        "extra": extra,
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": version,
        "python_version": version.rpartition(".")[0],
        "sys_platform": "linux",
    }


def _pairs(requirement: Requirement) -> list[tuple[str, str]]:
    name = canonicalize_name(requirement.name)
    return [(name, extra) for extra in ("", *sorted(requirement.extras))]


def _name(block: str) -> str:
    return canonicalize_name(block.partition("==")[0].strip())


if __name__ == "__main__":
    CUT.write_text(cut())

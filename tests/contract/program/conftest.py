"""A machine's /opt below a temporary folder, and programs to put there."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.program import install_script
from deploy.program.archive import packed, tarred
from tests.unit.deploy.program.cut import CUT

NO_INDEX = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": os.devnull}
"""With these pip finds nothing at all."""

LOCK = CUT.read_bytes()
"""Whoever brings this one finds its libraries there, once they were installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A machine's root. `tools` come first on PATH."""

    root: Path
    tools: Path

    @property
    def home(self) -> Path:
        return self.root / "opt/pgbaton"

    def install(
        self, archive: bytes, env: Mapping[str, str] = NO_INDEX
    ) -> subprocess.CompletedProcess[bytes]:
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-c", install_script()],
            input=archive,
            capture_output=True,
            timeout=120,
            env={**os.environ, **env, "PGBATON_PROGRAM_ROOT": str(self.root), "PATH": path},
            start_new_session=True,
        )

    def says(self, *words: str) -> str:
        """What `pgbaton` there prints, with nothing of our own environment."""
        command = [str(self.home / "venv/bin/pgbaton"), *words]
        done = subprocess.run(command, capture_output=True, text=True, env={}, cwd="/")
        return done.stdout.strip() or done.stderr

    def folders(self, kind: str) -> list[str]:
        return sorted(path.name for path in self.home.glob(f"{kind}-*"))


def small(word: str, lock: bytes = LOCK) -> bytes:
    """A program that says a word, with the libraries of the real one."""
    code = {
        "code/deploy/__init__.py": b"",
        "code/deploy/cli.py": f"def main():\n    print({word!r})\n".encode(),
    }
    return packed(tarred({"requirements.lock": lock, **code}))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("machine")
    tools = folder / "tools"
    tools.mkdir()
    idle = tools / "sync"  # no test takes the power away, and neighbours' files would be waited for
    idle.write_text("#!/bin/sh\n")
    idle.chmod(0o755)
    return Place(root=folder / "root", tools=tools)

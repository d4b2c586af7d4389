"""Copies of a checkout that import themselves: a mutant must never touch, nor be run against, the original."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

EDITABLE = "_editable_impl_*"
"""What pip left in site-packages to lead imports to the original."""

IMPORTED = re.compile(r"'[^']*/(\w+)/__init__\.py'")
"""How it names one of our packages."""

OURS = ("deploy/lab/mutants/", "docs/mutants.md")
"""What the result of a hunt cannot depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """The files of a checkout, as they lie there now, and its virtual environment."""

    root: Path
    files: tuple[str, ...]
    venv: Path

    def digest(self) -> str:
        """One word for all that the tests can see."""
        whole = hashlib.sha256()
        for name in self.files:
            if not name.startswith(OURS):
                content = hashlib.sha256((self.root / name).read_bytes()).hexdigest()
                whole.update(f"{content} {name}\n".encode())
        return whole.hexdigest()

    def copy(self, to: Path) -> Checkout:
        """Lay the files out anew, with an environment of their own."""
        for name in self.files:
            target = to / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / name, target, follow_symlinks=False)
        for folder in (to, *to.rglob("*/")):
            folder.chmod(0o755)  # tests look at some of it as other users
        _mirror(self.venv, to / ".venv")
        return Checkout(root=to, files=self.files, venv=to / ".venv")

    @property
    def python(self) -> Path:
        return self.venv / "bin/python"


def checkout_at(root: Path) -> Checkout:
    """What git tracks there and still lies there, edited or not."""
    said = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    )
    names = {name for name in said.stdout.split("\0") if name and (root / name).is_file()}
    return Checkout(root=root, files=tuple(sorted(names)), venv=(root / ".venv").resolve())


def _mirror(venv: Path, to: Path) -> None:
    """The same environment elsewhere: links to what others wrote, and anew what leads to a place."""
    [site] = venv.glob("lib/python*/site-packages")
    packages, programs = to / site.relative_to(venv), to / "bin"
    packages.mkdir(parents=True)
    programs.mkdir()
    for file in site.iterdir():
        if file.match(EDITABLE):
            anew = IMPORTED.sub(rf"'{to.parent}/\1/__init__.py'", file.read_text())
            (packages / file.name).write_text(anew)
        elif file.name != "__pycache__":  # else two copies would read each other's
            _link(file, packages)
    for file in (venv / "bin").iterdir():
        _link(file, programs) if file.is_symlink() else _rewrite(file, programs, venv)
    shutil.copy2(venv / "pyvenv.cfg", to)


def _link(file: Path, to: Path) -> None:
    (to / file.name).symlink_to(file.readlink() if file.is_symlink() else file)


def _rewrite(program: Path, to: Path, venv: Path) -> None:
    """A program's first line names its interpreter."""
    content = program.read_bytes().replace(f"{venv}/".encode(), f"{to.parent}/".encode())
    (to / program.name).write_bytes(content)
    (to / program.name).chmod(program.stat().st_mode)

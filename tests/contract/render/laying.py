"""Rendered files below a folder instead of below /: without it no program could be shown them unharmed."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.blueprint import Blueprint, RenderedFile

OWN = re.compile(r"(?<![\w./])/(etc|var/lib|var/log|var/spool|run|usr/local)/")
"""Where a machine's own files lie; what Debian's packages bring is found where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """One machine's files below `root`, each path in them led there too."""

    root: Path

    def at(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def text(self, path: str) -> str:
        return self.at(path).read_text()

    def put(self, file: RenderedFile, *, user: str | None = None) -> None:
        """Mode and, with `user`, owner as a machine has them; that user has all that is not root's."""
        path = self.at(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(OWN.sub(lambda m: f"{self.root}{m[0]}", file.text))
        path.chmod(file.mode)
        if user is not None and file.owner != "root":
            shutil.chown(path, user, user)


def lay(blueprint: Blueprint, root: Path, *, user: str | None = None) -> Laid:
    """Everything that a blueprint puts on its machine."""
    laid = Laid(root=root)
    root.mkdir(parents=True, exist_ok=True)
    for file in blueprint.files:
        laid.put(file, user=user)
    return laid

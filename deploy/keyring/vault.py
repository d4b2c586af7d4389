"""The only hand that writes into the keyring's folder: without it a cut run would leave half a key."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PART = ".part"
"""The end of a file that is still being written; what a cut run leaves of them is swept away."""


@dataclass(frozen=True, slots=True)
class Vault:
    """Every method is one effect: it has happened whole, or not at all. Names are relative.

    Files are 0600 from their first byte and folders 0700, whatever the umask says.
    """

    folder: Path

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def create(self, name: str, text: str) -> None:
        """A new file; FileExistsError where there is one, which stays as it is."""
        with self._written(name, text) as part:
            os.link(part.path, self.folder / name)

    def replace(self, name: str, text: str) -> None:
        """A file in place of the one that may be there."""
        with self._written(name, text) as part:
            part.path.replace(self.folder / name)

    def move(self, name: str, to: str) -> None:
        """A file in place of another one."""
        self._room(to)
        (self.folder / name).replace(self.folder / to)

    def remove(self, name: str) -> None:
        """Gone, whether it was there or not."""
        (self.folder / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Away with what cut runs left half written."""
        for path in self.folder.rglob(f".*{PART}"):
            path.unlink(missing_ok=True)

    def names(self, under: str, ending: str) -> Iterator[str]:
        """The names, sorted, of the files in one folder that end so, without that ending."""
        for path in sorted((self.folder / under).glob(f"*{ending}")):
            if path.is_file() and not path.name.startswith("."):
                yield path.name.removesuffix(ending)

    def _written(self, name: str, text: str) -> _Part:
        room = self._room(name)
        path = room / f".{Path(name).name}.{secrets.token_hex(6)}{PART}"
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return _Part(path)

    def _room(self, name: str) -> Path:
        folder = self.folder
        folder.mkdir(mode=0o700, exist_ok=True)
        for part in Path(name).parent.parts:
            folder /= part
            folder.mkdir(mode=0o700, exist_ok=True)
        return folder


@dataclass(frozen=True, slots=True)
class _Part:
    """A file beside its place; gone in the end, wherever it went."""

    path: Path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)

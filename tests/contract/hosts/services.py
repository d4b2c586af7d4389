"""Services whose starts are counted: a restart too many is what the journal is there to prevent."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Service:
    folder: Path

    @property
    def name(self) -> str:
        return str(self.folder)

    @property
    def starts(self) -> int:
        with suppress(FileNotFoundError):
            return len((self.folder / "starts").read_text().splitlines())
        return 0

    @property
    def restarts(self) -> int:
        """As soon as the present process, if there is one, has counted itself."""
        until(self._counted, f"{self.name} counts its present process")
        return self.starts - 1

    def _counted(self) -> bool:
        present = (self.folder / "supervise" / "pid").read_text().split()
        return set(present) <= set((self.folder / "starts").read_text().split())


def new_service(folder: Path, run: str) -> Service:
    """The folder of a service for runsv, which notes every start and then does `run`."""
    service = Service(Path(tempfile.mkdtemp(dir=folder)))
    script = service.folder / "run"
    script.write_text(f"#!/bin/sh\necho $$ >>{service.folder}/starts\n{run}\n")
    script.chmod(0o755)
    return service

"""A disk that is full: without a small one of its own a member could only fill the real machine's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.lab import layout
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError

DATA = "/var/lib/postgresql"
BALLAST = "ballast"


def small_disks(mebibytes: int) -> Callable[[Lab], None]:
    """Give each database machine a small disk of its own for PostgreSQL. It lives in memory: a machine that
    is lost loses it."""

    def mount(lab: Lab) -> None:
        for name in layout.MEMBERS:
            options = f"size={mebibytes}m,mode=0755,uid=postgres,gid=postgres"
            done = lab.machines[name].run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", DATA])
            if done.returncode:
                raise LabError(f"{name} got no disk: {done.stderr}")

    return mount


@dataclass(frozen=True, slots=True)
class FillDisk:
    """A file beside PostgreSQL's takes whatever is left of its small disk. Healed by removing it."""

    member: str

    @property
    def title(self) -> str:
        return f"the disk of {self.member} is full"

    @property
    def healed(self) -> str:
        return f"the disk of {self.member} has room again"

    def inject(self, lab: Lab) -> None:
        """Written, not promised: until the very last byte is gone."""
        disk = _disk(lab, self.member)
        if disk.stat().st_dev == lab.folder.stat().st_dev:
            raise LabError(f"{self.member} has no disk of its own: it would be the real machine's")
        with suppress(OSError), (disk / BALLAST).open("wb", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 65536)

    def heal(self, lab: Lab) -> None:
        (_disk(lab, self.member) / BALLAST).unlink(missing_ok=True)


def _disk(lab: Lab, member: str) -> Path:
    return Path(f"/proc/{lab.machines[member].pid}/root{DATA}")

"""Processes that die at once, or that are there and do nothing."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.lab import faults
from deploy.lab.lab import Lab
from deploy.lab.starting import start_again


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL to one process; what it started lives on. Healed by starting it again."""

    machine: str
    process: str

    @property
    def title(self) -> str:
        return f"{self.process} of {self.machine} gets SIGKILL"

    @property
    def healed(self) -> str:
        return f"{self.process} of {self.machine} starts again"

    def inject(self, lab: Lab) -> None:
        faults.kill(lab, self.machine, self.process)

    def heal(self, lab: Lab) -> None:
        start_again(lab, self.machine, self.process)


@dataclass(frozen=True, slots=True)
class KillAll:
    """SIGKILL to one process and to all that it started, as systemd ends a unit."""

    machine: str
    process: str

    @property
    def title(self) -> str:
        return f"{self.process} of {self.machine} and all that it started get SIGKILL"

    @property
    def healed(self) -> str:
        return f"{self.process} of {self.machine} starts again"

    def inject(self, lab: Lab) -> None:
        faults.kill_all(lab, self.machine, self.process)

    def heal(self, lab: Lab) -> None:
        start_again(lab, self.machine, self.process)


@dataclass(frozen=True, slots=True)
class Freeze:
    """SIGSTOP to one process: it holds its connections and its locks, and says nothing."""

    machine: str
    process: str

    @property
    def title(self) -> str:
        return f"{self.process} of {self.machine} gets SIGSTOP"

    @property
    def healed(self) -> str:
        return f"{self.process} of {self.machine} goes on"

    def inject(self, lab: Lab) -> None:
        faults.freeze(lab, self.machine, self.process)

    def heal(self, lab: Lab) -> None:
        faults.thaw(lab, self.machine, self.process)


@dataclass(frozen=True, slots=True)
class FreezeAll:
    """SIGSTOP to a process and to all that it started: connections are made, and nobody answers."""

    machine: str
    process: str

    @property
    def title(self) -> str:
        return f"{self.process} of {self.machine} and all that it started get SIGSTOP"

    @property
    def healed(self) -> str:
        return f"{self.process} of {self.machine} goes on"

    def inject(self, lab: Lab) -> None:
        faults.freeze_all(lab, self.machine, self.process)

    def heal(self, lab: Lab) -> None:
        faults.thaw_all(lab, self.machine, self.process)

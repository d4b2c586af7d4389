"""Machines that are lost and return, or that cannot reach each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import faults, layout
from deploy.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class LoseMachine:
    """The link first, then the plug: its peers' connections stay half open, as in life."""

    machine: str

    @property
    def title(self) -> str:
        return f"the machine of {self.machine} loses its link, then everything on it gets SIGKILL"

    @property
    def healed(self) -> str:
        return f"{self.machine} boots again with the disk it had"

    def inject(self, lab: Lab) -> None:
        faults.lose_machine(lab, self.machine)

    def heal(self, lab: Lab) -> None:
        if self.machine in layout.MEMBERS:
            faults.return_member(lab, self.machine)
        else:
            faults.return_shop(lab, self.machine)


@dataclass(frozen=True, slots=True)
class CutOff:
    """Every packet between one machine and some others is dropped, silently, both ways."""

    machine: str
    others: Sequence[str]

    @property
    def title(self) -> str:
        return f"no packet passes between {self.machine} and {', '.join(self.others)} any more"

    @property
    def healed(self) -> str:
        return f"{self.machine} reaches {', '.join(self.others)} again"

    def inject(self, lab: Lab) -> None:
        faults.partition(lab, self.machine, self.others)

    def heal(self, lab: Lab) -> None:
        faults.heal(lab, self.machine)

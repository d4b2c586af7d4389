"""What befalls Patroni and PostgreSQL themselves."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import asking, faults, neighbours
from deploy.lab.lab import Lab
from deploy.lab.starting import start_again


@dataclass(frozen=True, slots=True)
class Switchover:
    """An operator asks Patroni for another leader. Over when it has happened."""

    leader: str

    @property
    def title(self) -> str:
        return f"a planned switchover away from {self.leader}"

    @property
    def healed(self) -> str:
        return f"the switchover away from {self.leader} is over"

    def inject(self, lab: Lab) -> None:
        asking.switchover(lab, self.leader)

    def heal(self, lab: Lab) -> None:
        pass


@dataclass(frozen=True, slots=True)
class StopPatroni:
    """Patroni ends in order, as `systemctl stop patroni` does, and stops PostgreSQL."""

    member: str

    @property
    def title(self) -> str:
        return f"Patroni of {self.member} gets SIGTERM"

    @property
    def healed(self) -> str:
        return f"Patroni of {self.member} starts again"

    def inject(self, lab: Lab) -> None:
        faults.find(lab, self.member, "patroni").signal(signal.SIGTERM)

    def heal(self, lab: Lab) -> None:
        start_again(lab, self.member, "patroni")


@dataclass(frozen=True, slots=True)
class CrashPostgres:
    """The postmaster gets SIGKILL; its children end by themselves, and Patroni sees to the rest."""

    member: str

    @property
    def title(self) -> str:
        return f"the postmaster of {self.member} gets SIGKILL"

    @property
    def healed(self) -> str:
        return f"the crash of {self.member} is Patroni's to mend"

    def inject(self, lab: Lab) -> None:
        faults.kill_postmaster(lab, self.member)

    def heal(self, lab: Lab) -> None:
        pass


@dataclass(frozen=True, slots=True)
class StopNeighbours:
    """Every Patroni of the further clusters ends in order: none of these clusters has a leader any more."""

    clusters: Sequence[str]

    @property
    def title(self) -> str:
        return f"{', '.join(self.clusters)} lose their leaders, and have nobody else"

    @property
    def healed(self) -> str:
        return f"{', '.join(self.clusters)} start again"

    def inject(self, lab: Lab) -> None:
        for name in self.clusters:
            neighbours.stop(lab, name)

    def heal(self, lab: Lab) -> None:
        for name in self.clusters:
            neighbours.go_on(lab, name)

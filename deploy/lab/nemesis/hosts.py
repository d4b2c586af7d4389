"""What befalls a host that applications run on, and only that host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import hostfaults
from deploy.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class CutLink:
    """A host's link is down: nobody reaches it, and it reaches nobody."""

    host: str

    @property
    def title(self) -> str:
        return f"the link of {self.host} is cut"

    @property
    def healed(self) -> str:
        return f"the link of {self.host} is back"

    def inject(self, lab: Lab) -> None:
        lab.switch.cut(self.host)

    def heal(self, lab: Lab) -> None:
        lab.switch.mend(self.host)


@dataclass(frozen=True, slots=True)
class HangSshd:
    """Every sshd of a host gets SIGSTOP: connections are taken and nobody speaks, old ones fall silent."""

    host: str

    @property
    def title(self) -> str:
        return f"sshd of {self.host} takes connections and says nothing any more"

    @property
    def healed(self) -> str:
        return f"sshd of {self.host} goes on"

    def inject(self, lab: Lab) -> None:
        hostfaults.hang_sshd(lab, self.host)

    def heal(self, lab: Lab) -> None:
        hostfaults.let_sshd_go_on(lab, self.host)


@dataclass(frozen=True, slots=True)
class BreakService:
    """What starts the shop is broken: it runs on, but does not start anew."""

    host: str

    @property
    def title(self) -> str:
        return f"the shop of {self.host} does not start any more"

    @property
    def healed(self) -> str:
        return f"the shop of {self.host} starts again"

    def inject(self, lab: Lab) -> None:
        hostfaults.break_service(lab, self.host)

    def heal(self, lab: Lab) -> None:
        hostfaults.mend_service(lab, self.host)


@dataclass(frozen=True, slots=True)
class FillHost:
    """The disk that a host's shop lives on has no room left."""

    host: str

    @property
    def title(self) -> str:
        return f"the disk of {self.host} is full"

    @property
    def healed(self) -> str:
        return f"the disk of {self.host} has room again"

    def inject(self, lab: Lab) -> None:
        hostfaults.fill_disk(lab, self.host)

    def heal(self, lab: Lab) -> None:
        hostfaults.free_disk(lab, self.host)


@dataclass(frozen=True, slots=True)
class RefuseLogin:
    """A host does not know our key any more, and whoever is logged in is thrown out."""

    host: str

    @property
    def title(self) -> str:
        return f"{self.host} does not know our key any more"

    @property
    def healed(self) -> str:
        return f"{self.host} knows our key again"

    def inject(self, lab: Lab) -> None:
        hostfaults.forget_key(lab, self.host)

    def heal(self, lab: Lab) -> None:
        hostfaults.know_key(lab, self.host)


@dataclass(frozen=True, slots=True)
class TakeSudo:
    """A host's sudo allows our user nothing any more, and what waits there as root for a swap is killed."""

    host: str

    @property
    def title(self) -> str:
        return f"sudo of {self.host} allows our user nothing any more"

    @property
    def healed(self) -> str:
        return f"sudo of {self.host} allows our user what it did"

    def inject(self, lab: Lab) -> None:
        hostfaults.take_sudo(lab, self.host)

    def heal(self, lab: Lab) -> None:
        hostfaults.give_sudo(lab, self.host)


@dataclass(frozen=True, slots=True)
class EditByHand:
    """Somebody writes an address into a host's file, for whenever its shop starts anew. pgbaton's to mend."""

    host: str
    address: str

    @property
    def title(self) -> str:
        return f"somebody points {self.host} at {self.address} by hand"

    @property
    def healed(self) -> str:
        return f"what somebody did to {self.host} is pgbaton's to mend"

    def inject(self, lab: Lab) -> None:
        hostfaults.edit_by_hand(lab, self.host, self.address)

    def heal(self, lab: Lab) -> None:
        pass


@dataclass(frozen=True, slots=True)
class KillScripts:
    """SIGKILL to every script of pgbaton that waits on some hosts for the next swap. Workers start others."""

    hosts: Sequence[str]

    @property
    def title(self) -> str:
        return f"the scripts that wait on {' and '.join(self.hosts)} get SIGKILL"

    @property
    def healed(self) -> str:
        return "scripts wait again"

    def inject(self, lab: Lab) -> None:
        for host in self.hosts:
            hostfaults.kill_scripts(lab, host)

    def heal(self, lab: Lab) -> None:
        pass

"""PostgreSQL told to end behind Patroni's back, in each of its ways of ending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deploy.lab import faults
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError

How = Literal["TERM", "INT", "QUIT"]

WAYS: dict[How, str] = {
    "TERM": "waits until the last client has left",
    "INT": "sends its clients away, as pg_ctl stop does",
    "QUIT": "drops everything",
}


@dataclass(frozen=True, slots=True)
class StopPostgres:
    """A signal to the postmaster. Healed by sending away whoever it still waits for; the rest is Patroni's."""

    member: str
    how: How

    @property
    def title(self) -> str:
        return f"the postmaster of {self.member} gets SIG{self.how}: it {WAYS[self.how]}"

    @property
    def healed(self) -> str:
        return f"whoever the postmaster of {self.member} waits for is sent away"

    def inject(self, lab: Lab) -> None:
        signal_postmaster(lab, self.member, self.how)

    def heal(self, lab: Lab) -> None:
        _, ready = faults.postmaster(lab, self.member)
        if not ready:
            signal_postmaster(lab, self.member, "INT")


def signal_postmaster(lab: Lab, member: str, how: How) -> None:
    pid, _ = faults.postmaster(lab, member)
    done = lab.machines[member].run(["kill", f"-{how}", pid or "none"])
    if done.returncode:
        raise LabError(f"the postmaster of {member} got no SIG{how}: {done.stderr}")

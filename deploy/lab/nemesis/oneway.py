"""Links that carry some packets and not others: each side believes something else of the same link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import layout
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError

MUTE = """\
table inet mute {{
  chain out {{ type filter hook output priority 0; ip daddr {{ {addresses} }} drop; }}
}}
"""
PARCHED = """\
table inet parched {{
  chain out {{
    type filter hook output priority 0;
    tcp flags & rst == rst accept
    ip daddr {address} tcp dport {port} reject with tcp reset
  }}
}}
"""
"""Refused, not dropped: a half open connection would count as a replica for a minute, and the leader
would wait for its word."""


@dataclass(frozen=True, slots=True)
class Mute:
    """What one machine sends to some others is dropped, silently; what they send arrives."""

    machine: str
    others: Sequence[str]

    @property
    def title(self) -> str:
        return f"{', '.join(self.others)} hear nothing of {self.machine} any more, which hears them"

    @property
    def healed(self) -> str:
        return f"{', '.join(self.others)} hear {self.machine} again"

    def inject(self, lab: Lab) -> None:
        addresses = ", ".join(layout.ADDRESSES[other] for other in self.others)
        _load(lab, self.machine, MUTE.format(addresses=addresses))

    def heal(self, lab: Lab) -> None:
        lab.machines[self.machine].run(["nft", "delete", "table", "inet", "mute"])


@dataclass(frozen=True, slots=True)
class Parch:
    """A replica gets no WAL from a member any more; their Patronis go on talking."""

    replica: str
    source: str

    @property
    def title(self) -> str:
        return f"{self.replica} gets no WAL from {self.source} any more"

    @property
    def healed(self) -> str:
        return f"{self.replica} may get WAL from {self.source} again"

    def inject(self, lab: Lab) -> None:
        address, port = layout.MEMBERS[self.source], layout.POSTGRESQL_PORT
        _load(lab, self.replica, PARCHED.format(address=address, port=port))

    def heal(self, lab: Lab) -> None:
        lab.machines[self.replica].run(["nft", "delete", "table", "inet", "parched"])


def _load(lab: Lab, machine: str, table: str) -> None:
    done = lab.machines[machine].run(["nft", "-f", "-"], stdin=table)
    if done.returncode:
        raise LabError(f"nft refused: {done.stderr}")

"""Packets that pass one way and not the other: each side believes something else of the same link."""

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
        done = lab.machines[self.machine].run(
            ["nft", "-f", "-"], stdin=MUTE.format(addresses=addresses)
        )
        if done.returncode:
            raise LabError(f"nft refused: {done.stderr}")

    def heal(self, lab: Lab) -> None:
        lab.machines[self.machine].run(["nft", "delete", "table", "inet", "mute"])

"""What befalls the stores that everything else believes: etcd and Redis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import faults
from deploy.lab.lab import Lab


@dataclass(frozen=True, slots=True)
class StopEtcd:
    """Some members of etcd are stopped in order, and start again with the data they had."""

    names: Sequence[str]

    @property
    def title(self) -> str:
        return f"{' and '.join(self.names)} are stopped"

    @property
    def healed(self) -> str:
        return f"{' and '.join(self.names)} start again"

    def inject(self, lab: Lab) -> None:
        faults.stop_etcd(lab, self.names)

    def heal(self, lab: Lab) -> None:
        faults.return_etcd(lab, self.names)

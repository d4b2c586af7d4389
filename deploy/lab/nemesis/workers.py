"""The worker that has a job in its hands dies: without this file a kill would mostly hit an idle one."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab.busy import WORKERS, jobs_of, workers_of
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.starting import start_again


@dataclass(frozen=True, slots=True)
class KillWorker:
    """SIGKILL to whichever worker is busy at that moment. Healed by starting it again."""

    names: Sequence[str] = WORKERS

    @property
    def title(self) -> str:
        return "the worker that is busy gets SIGKILL"

    @property
    def healed(self) -> str:
        return "the dead worker starts again"

    def inject(self, lab: Lab) -> None:
        jobs = jobs_of(lab, self.names)
        for worker in workers_of(lab, self.names):
            if worker.name in jobs:
                worker.signal(signal.SIGKILL)
                return
        raise LabError("no worker was busy at that moment: play the drill again")

    def heal(self, lab: Lab) -> None:
        living = {worker.name for worker in workers_of(lab, self.names)}
        for name in self.names:
            if name not in living:
                start_again(lab, "control", name)

"""The worker that has hosts in its hands dies, its work-horse first: without it a kill would mostly hit an idle one."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.process import Process, children
from deploy.lab.starting import start_again

WORKERS = ("worker-1", "worker-2")


@dataclass(frozen=True, slots=True)
class KillWorker:
    """SIGKILL to whichever worker is busy at that moment, and to its job. Healed by starting it again."""

    names: Sequence[str] = WORKERS

    @property
    def title(self) -> str:
        return "the worker that is busy, and its job, get SIGKILL"

    @property
    def healed(self) -> str:
        return "the dead worker starts again"

    def inject(self, lab: Lab) -> None:
        for worker in self._alive(lab):
            if horses := _horses(worker):
                for pid in horses:
                    os.kill(pid, signal.SIGKILL)
                worker.signal(signal.SIGKILL)
                return
        raise LabError("no worker was busy at that moment: play the drill again")

    def heal(self, lab: Lab) -> None:
        living = {worker.name for worker in self._alive(lab)}
        for name in self.names:
            if name not in living:
                start_again(lab, "control", name)

    def _alive(self, lab: Lab) -> list[Process]:
        processes = lab.machines["control"].processes
        return [p for p in processes if p.name in self.names and p.alive]


def _horses(worker: Process) -> list[int]:
    """RQ's forked jobs of a worker, ids as seen from outside the machine."""
    return [] if worker.pid is None else children(worker.pid)

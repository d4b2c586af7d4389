"""A worker dies in the middle of repointing: another takes over, and nothing is restarted twice."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from deploy.lab import faults, layout
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.hostwatch import journal, journal_fence
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.stage import Stage
from deploy.lab.process import Process, children, wait_until
from jobs.audit import Entry, Kind

WORKERS = ("worker-1", "worker-2")
WITHIN = 10.0
"""Seconds from a worker's death to another's hands on its hosts, at most."""


def worker_killed(stage: Stage) -> tuple[Checked, ...]:
    """During a switchover, the worker that holds the hosts gets SIGKILL, its work-horse first."""
    old = stage.leader()
    asked = threading.Thread(target=faults.switchover, args=(stage.lab, old.member))
    stage.inject(f"a planned switchover away from {old.member}", asked.start)
    wait_until(
        "a host under way", lambda: _under_way(stage, old), seconds=stage.patience, step=0.01
    )
    died, name = _kill_the_busy_one(stage)
    stage.screen.say(f"FAULT: {name} and its job get SIGKILL", style="bold yellow", at=died)
    asked.join()
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    return (_taken_over(stage, died),)


def _under_way(stage: Stage, old: Leadership) -> bool:
    """True once a host's own journal holds the next epoch and is not done with it."""
    journals = (journal(stage.lab, host) for host in layout.SHOPS)
    return any(_open(path, old.epoch) for path in journals)


def _open(path: Path, epoch: int) -> bool:
    fence = journal_fence(path)
    if fence is None or fence.epoch <= epoch:
        return False
    return "phase checked" not in path.read_text()


def _kill_the_busy_one(stage: Stage) -> tuple[float, str]:
    for name in WORKERS:
        worker = faults.find(stage.lab, "control", name)
        horses = _horses(worker)
        if horses:
            for pid in horses:
                os.kill(pid, signal.SIGKILL)
            worker.signal(signal.SIGKILL)
            return time.time(), name
    msg = "no worker was busy when a host was under way"
    raise TimeoutError(msg)


def _horses(worker: Process) -> list[int]:
    """RQ's forked jobs of a worker, ids as seen from outside the machine."""
    return [] if worker.pid is None else children(worker.pid)


def _taken_over(stage: Stage, died: float) -> Checked:
    """Decided from the trail alone: who was left, and how soon somebody else had them."""
    taken = [e for e in stage.trail.entries if e.facts["kind"] == Kind.TAKEN_OVER and _at(e) > died]
    seconds = _at(taken[0]) - died if taken else None
    told = "nobody took over" if seconds is None else f"taken over {seconds:.1f} s after the death"
    return Checked(
        name="a dead worker's hosts are taken over within 10 s",
        held=seconds is not None and seconds <= WITHIN,
        evidence=f"{told}: {', '.join(h for e in taken for h in e.facts['evidence']['hosts'])}",
    )


def _at(entry: Entry) -> float:
    return entry.at / 1e6

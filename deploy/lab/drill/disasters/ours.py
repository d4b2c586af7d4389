"""What pgbaton itself is made of dies, hangs or is slow; the failover must not notice for long."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from deploy.lab import layout
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, taken_over
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.hostwatch import journal, journal_fence, journal_phase
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import KillWorker, Switchover

WITHIN = 10.0
"""Seconds from a worker's death to another's hands on its hosts, at most."""


def worker_killed(stage: Stage) -> None:
    """During a switchover, the worker that holds the hosts gets SIGKILL."""
    old = stage.leader()
    asked = threading.Thread(target=stage.inject, args=(Switchover(old.member),))
    asked.start()
    stage.until("a host under way", lambda: _under_way(stage, old), step=0.01)
    dead = KillWorker()
    stage.also(dead)
    asked.join()
    stage.until_moved(old)
    stage.until_concluded()
    stage.heal(dead)
    stage.settle(3)


def _under_way(stage: Stage, old: Leadership) -> bool:
    """True once a host's own journal holds the next epoch and is not done with it."""
    for host in layout.SHOPS:
        path = journal(stage.lab, host)
        fence = journal_fence(path)
        if fence is not None and fence.epoch > old.epoch:
            return journal_phase(path) != "checked"
    return False


DISASTERS: Mapping[str, Disaster] = {
    "worker-killed": Disaster(
        title="a worker dies in the middle of repointing",
        act=worker_killed,
        must=(MOVED, taken_over(WITHIN)),
    ),
}

"""What was made ready for a failover is gone when it comes: it costs the time to make it again, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial

from deploy.lab import layout
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.telling import AS_EVER
from deploy.lab.drill.expected import MOVED, ONE_INCIDENT
from deploy.lab.drill.expected.timed import takes_orders
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Fault, Switchover
from deploy.lab.nemesis.hosts import KillScripts
from deploy.lab.nemesis.stores import FlushScripts


def gone_when_it_comes(stage: Stage, fault: Fault) -> None:
    """A switchover; the fault strikes while nobody leads, right before everything is needed."""
    old = stage.leader()
    asked = threading.Thread(target=stage.inject, args=(Switchover(old.member),))
    asked.start()
    stage.until("nobody to lead", lambda: stage.leaders.leader != old, step=0.005)
    stage.also(fault)
    asked.join()
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)


def _disaster(title: str, fault: Fault, but_for: str) -> Disaster:
    return Disaster(
        title=title,
        act=partial(gone_when_it_comes, fault=fault),
        must=(MOVED, ONE_INCIDENT, takes_orders(AS_EVER, but_for=but_for)),
    )


DISASTERS: Mapping[str, Disaster] = {
    "scripts-killed": _disaster(
        "the scripts that wait on the hosts are killed during a switchover",
        KillScripts(tuple(layout.SHOPS)),
        "no script waits any more",
    ),
    "redis-forgets": _disaster(
        "Redis forgets every script during a switchover",
        FlushScripts(),
        "Redis must be told every script again",
    ),
}

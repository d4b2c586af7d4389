"""A worker dies at each stage of its work, one drill a stage: whoever comes next must go on exactly there."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial

from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.ours import WITHIN
from deploy.lab.drill.expected import MOVED
from deploy.lab.drill.expected.carried import DIED_IN, carried_on
from deploy.lab.drill.hunt import POINTS, caught
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import KillAll, Switchover
from deploy.lab.setting import Setting

COMMANDS = Setting(inventory={"applications": {"shop": {"after": ["sleep 1"]}}})
"""Between the file and the restart the shop has a command of its own to run."""


def worker_killed_at(stage: Stage, point: str) -> None:
    """During a switchover, the worker that is at this point gets SIGKILL: the first that comes by."""
    old = stage.leader()
    asked = threading.Thread(target=stage.inject, args=(Switchover(old.member),))
    asked.start()
    with caught(stage, old, POINTS[point]) as name:
        dead = KillAll("control", name)
        stage.also(dead)
    asked.join()
    stage.until_moved(old)
    stage.until_concluded()
    stage.heal(dead)
    stage.settle(3)


DISASTERS: Mapping[str, Disaster] = {
    f"worker-killed-{name}": Disaster(
        title=f"{point.title} dies",
        act=partial(worker_killed_at, point=name),
        must=(MOVED, DIED_IN[name], carried_on(name, WITHIN)),
        setting=COMMANDS,
    )
    for name, point in POINTS.items()
}

"""Clusters that stay without a leader: one that has a new one must not wait for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from deploy.lab.drill import told
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.storms import FIVE, change, until_calm, until_each_tells
from deploy.lab.drill.expected import MOVED, ONE_INCIDENT, takes_orders
from deploy.lab.drill.expected.several import EACH_RETURNS, LEADERLESS
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import StopNeighbours
from jobs.audit import Kind

QUICK = 8
"""Seconds from the new leader's first writable moment to the last host's first order, at most."""

HEALED = "the return of the four"

LONG = 10
"""Seconds for which the others are looked at in vain before the shop's leader changes."""


def others_leaderless(stage: Stage) -> None:
    """Four clusters of five lose their leaders and have nobody else; a while later the fifth one's leader
    changes; then the four return."""
    until_each_tells(stage, Kind.CONCLUDED, since=0.0)
    old, gone = stage.leader(), StopNeighbours(tuple(stage.lab.neighbours))
    stage.inject(gone)
    until_each_tells(stage, Kind.OPENED, since=stage.fault)
    stage.settle(LONG)
    change(stage)
    stage.until_moved(old)
    stage.until_concluded()
    stage.mark(HEALED)
    stage.heal(gone)
    until_each_tells(stage, Kind.CONCLUDED, since=stage.marks[HEALED])
    for name in stage.lab.neighbours:
        stage.until(f"Slack to hold what {name} tells", partial(_told, stage, name), seconds=60)
    until_calm(stage)


def _told(stage: Stage, name: str) -> bool:
    return told.complete(tuple(stage.trail.trail.entries(name)), cluster=name)


DISASTERS: Mapping[str, Disaster] = {
    "others-leaderless": Disaster(
        title="four clusters of five have no leader while the fifth one's changes",
        act=others_leaderless,
        must=(
            MOVED,
            ONE_INCIDENT,
            LEADERLESS,
            takes_orders(QUICK, but_for="four other clusters have no leader"),
            EACH_RETURNS,
        ),
        setting=FIVE,
    ),
}

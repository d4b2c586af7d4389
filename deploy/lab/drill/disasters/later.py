"""A host that comes back long after its incident opened: the time is moved, because nobody waits an hour in a drill."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.hosts import BAD, HEALED, QUICK, is_named
from deploy.lab.drill.disasters.storms import change
from deploy.lab.drill.expected import MOVED, ONE_INCIDENT
from deploy.lab.drill.expected.hosts import (
    follows_once,
    named,
    open_until,
    others_take_orders,
    untouched_until,
)
from deploy.lab.drill.expected.said import long_incident
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import LoseMachine
from deploy.lab.setting import Setting
from jobs.audit import Kind

HOUR = 3600
"""Seconds that pass at once by Redis' clock, which tries, alarms and lengths of incidents are counted by."""


def an_hour_later(stage: Stage) -> None:
    """A host's machine is lost before a switchover, tried in vain, and back after an hour."""
    gone = LoseMachine(BAD)
    stage.also(gone)
    old = stage.leader()
    change(stage, first=True)
    stage.until_moved(old, but=(BAD,))
    stage.until(f"an alarm that names {BAD}", lambda: is_named(stage, BAD), seconds=40)
    stage.pass_time(HOUR)
    stage.until("a try in vain, an hour later", lambda: _tried_since(stage), seconds=90)
    stage.mark(HEALED)
    stage.heal(gone)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def _tried_since(stage: Stage) -> bool:
    """Whether the host was tried again since the time was moved."""
    moved = stage.leap.at + stage.leap.seconds
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 >= moved)
    return any(f["kind"] == Kind.HOST and f["evidence"]["host"] == BAD for f in later)


DISASTERS: Mapping[str, Disaster] = {
    "host-returns-an-hour-later": Disaster(
        title="a host is lost, and comes back after an hour",
        act=an_hour_later,
        must=(
            MOVED,
            ONE_INCIDENT,
            others_take_orders(QUICK, but=BAD),
            named(BAD, outcomes=("timeout", "unreachable")),
            open_until(HEALED),
            untouched_until(HEALED, BAD),
            follows_once(HEALED, BAD, within=65),
            long_incident("1 h"),
        ),
        setting=Setting(redis="movable"),
    ),
}

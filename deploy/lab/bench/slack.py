"""Whether applications wait for Slack: the same change of leader with Slack well and with Slack hanging.

Hanging is the worst that a service can do: it takes every call and never answers. Both ways take turns
on one cluster, so that whatever else the machine does befalls both.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from deploy.lab import outside
from deploy.lab.bench.reaction import change_leader
from deploy.lab.bench.result import Reaction, Result
from deploy.lab.drill.disasters.telling import CATCHES_UP, caught_up
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.stage import Stage, set_stage
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import open_lab
from deploy.lab.machine import LabError
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import wait_until
from deploy.lab.rise import rise

LIMIT = 1.25
"""How many times as long the median may be with Slack hanging: it waits for nobody, but two
processors are shared."""

WELL, HANGING = "Slack well", "Slack hanging"


def measure(*, epochs: int) -> Result:
    """Bring a lab up and let it change leaders `epochs` times each way, by turns."""
    screen, profile = Screen(), PROFILES["lab"]
    with open_lab(profile=profile, program=PatroniProgram(version=4)) as lab:
        stage = set_stage(lab, screen, patience=3 * profile.ttl)
        rise(lab, screen.say)
        stage.observe()
        stage.until_concluded()
        reactions = tuple(one for _ in range(epochs) for one in _both(stage))
    return Result(
        name="the same with Slack hanging, beside Slack well",
        ours=_median(reactions, HANGING),
        beside=_median(reactions, WELL),
        limit=LIMIT,
        reactions=reactions,
    )


def _both(stage: Stage) -> Iterator[Reaction]:
    for how, down in ((WELL, None), (HANGING, "hang")):
        wait_until("Slack to be told", lambda: caught_up(stage), seconds=CATCHES_UP, step=0.2)
        outside.slack_is(down)
        stage.screen.say(how, style="bold")
        before = outside.channel()
        yield change_leader(stage, how=how)
        if down is not None and outside.channel() != before:
            raise LabError("Slack was told something while it hung: this measures nothing")
        outside.slack_is(None)


def _median(reactions: Sequence[Reaction], how: str) -> float:
    return statistics.median(one.seconds for one in reactions if one.how == how)

"""Whether applications wait for Slack: the same change of leader with Slack well and with Slack hanging.

Hanging is the worst that a service can do: it takes every call and never answers. Both ways take turns
on one cluster, so that whatever else the machine does befalls both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.lab import outside
from deploy.lab.bench.families import Wish
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.bench.switched import Reaction, change_leader, stage_of_a_lab
from deploy.lab.drill.disasters.telling import CATCHES_UP, caught_up
from deploy.lab.drill.stage import Stage
from deploy.lab.machine import LabError
from deploy.lab.process import wait_until

LIMIT = 1.25
"""How many times as long the median may be with Slack hanging: it waits for nobody, but two
processors are shared."""

WELL, HANGING = "Slack well", "Slack hanging"


def measure(wish: Wish) -> Measured:
    """Bring a lab up and let it change leaders, each way by turns."""
    with stage_of_a_lab() as stage:
        reactions = tuple(one for _ in range(wish.epochs) for one in _both(stage))
    well, hanging = (_series(reactions, how) for how in (WELL, HANGING))
    row = Row(
        name="slack-hanging",
        what="leader writable to last of two hosts checked, Slack hanging over Slack well",
        ours=hanging.median,
        beside=well.median,
        limit=LIMIT,
    )
    title = "leader writable to last of two hosts checked, the shop's own stop and start taken off"
    return Measured(
        family="slack", rows=(row,), groups=(Group(title=title, series=(well, hanging)),)
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


def _series(reactions: Sequence[Reaction], how: str) -> Series:
    return Series(name=how, values=tuple(one.seconds for one in reactions if one.how == how))

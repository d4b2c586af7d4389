"""Fifty hosts, of which ten are in trouble, each two in a way of their own: the forty others are as quick as without them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from deploy.lab import layout
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.hosts import is_named
from deploy.lab.drill.disasters.storms import change
from deploy.lab.drill.expected import changed_leader
from deploy.lab.drill.expected.crowd import (
    as_quick_as_before,
    each_follows,
    each_named,
    open_between,
)
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Fault
from deploy.lab.nemesis.hosts import BreakService, CutLink, FillHost, HangSshd, RefuseLogin
from deploy.lab.setting import Setting

WAYS: Sequence[Callable[[str], Fault]] = (CutLink, HangSshd, BreakService, FillHost, RefuseLogin)
BAD = tuple(layout.LIGHT)[: 2 * len(WAYS)]
"""The ten in trouble, two for each way."""

SPARE = 8
"""Seconds that the good ones may be slower by: less than the 10 s after which one that hangs is given up."""

HURT, HEALED = "the ten are in trouble", "the ten are healed"


def troubles() -> Sequence[Fault]:
    return tuple(WAYS[number // 2](host) for number, host in enumerate(BAD))


def fifty_hosts(stage: Stage) -> None:
    """A switchover with fifty good hosts; then ten of them are in trouble, and the leader changes again."""
    stage.until_told(change(stage, first=True))
    stage.until_concluded()
    stage.mark(HURT)
    for trouble in troubles():
        stage.also(trouble)
    new = change(stage)
    until_good_follow(stage, new)
    for host in BAD:
        stage.until(f"an alarm that names {host}", partial(is_named, stage, host), seconds=60)
    stage.mark(HEALED)
    for trouble in troubles():
        stage.heal(trouble)
    stage.until_quiet()
    stage.until_ordered_again()
    stage.settle(3)


def until_good_follow(stage: Stage, leader: Leadership) -> None:
    for host in stage.lab.hosts:
        if host not in BAD:
            stage.until(f"{host} in the trail", partial(stage.trail.holds, host, leader))
    stage.screen.say(f"all but {len(BAD)} hosts follow", style="green")


DISASTERS: Mapping[str, Disaster] = {
    "fifty-hosts": Disaster(
        title="ten of fifty hosts are in trouble during a failover",
        act=fifty_hosts,
        must=(
            changed_leader(2),
            as_quick_as_before(BAD, spare=SPARE),
            each_named(BAD, since=HURT),
            open_between(HURT, HEALED),
            each_follows(BAD, mark=HEALED, within=70),
        ),
        setting=Setting(light=len(layout.LIGHT)),
    ),
}

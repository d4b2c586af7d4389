"""Events that come too often, too late, by a wrong clock, or from a forger: what they say decides nothing."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from deploy.lab import layout
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.telling import AS_EVER
from deploy.lab.drill.expected import MOVED, changed_leader, takes_orders, untouched_since
from deploy.lab.drill.expected.arrived import deaf
from deploy.lab.drill.expected.flooded import (
    CALM,
    FLOODED,
    delays_less_than,
    flooded_at,
    refused_once_a_minute,
)
from deploy.lab.drill.expected.posted import (
    backwards,
    few_responds,
    not_held_up,
    repeated,
    signed_again,
    told_once,
)
from deploy.lab.drill.expected.said import quiet_since
from deploy.lab.drill.stage import Stage
from deploy.lab.flooding import STRANGER
from deploy.lab.nemesis import Switchover
from deploy.lab.nemesis.events import AGAIN, Backwards, FiftyTimes, Flood, MuteHooks, WrongClock
from deploy.lab.setting import Setting
from jobs.audit import Kind
from jobs.event import Event

LATE = "what the hooks kept arrives"
A_MINUTE = 60.0
TEN_MINUTES = 600

WARM = "warm"
"""The first failover of a lab is its slowest, and counts on neither side."""

TURNS = (WARM, *(CALM, FLOODED, FLOODED, CALM) * 2, CALM, FLOODED)
"""In an order in which a machine that slows down favours neither."""

SPARING = {"senders": {member: {"per_minute": 60} for member in layout.MEMBERS}}
"""So little that a replay uses it up within a second."""

ANSWERED = 450.0
"""Answers a second, at least: the flood is heard, not only sent."""

FULL = 2.0
"""Seconds until a flood is at its height."""


def fifty_times(stage: Stage) -> None:
    """While a switchover is under way, the new leader's claim comes a hundred times."""
    old = stage.leader()
    asked = threading.Thread(target=stage.inject, args=(Switchover(old.member),))
    asked.start()
    stage.until("a new leader", lambda: stage.leaders.after(old.epoch) is not None, step=0.01)
    stage.also(FiftyTimes(stage.leader().member))
    asked.join()
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)


def late(stage: Stage) -> None:
    """No hook is heard through two switchovers; then everything comes at once, a minute old and the
    newest first, and after that once more by the hooks themselves."""
    mute = MuteHooks()
    stage.also(mute)
    for _ in range(2):
        old = stage.leader()
        stage.until_synchronous()
        stage.inject(Switchover(old.member))
        stage.until_moved(old)
        stage.until_concluded()
    stage.mark(LATE)
    stage.also(Backwards(A_MINUTE))
    stage.heal(mute)
    stage.until_silent()
    stage.settle(3)


def wrong_clock(stage: Stage) -> None:
    """Every hook signs by a clock that is ten minutes behind, during a switchover."""
    wrong, old = [WrongClock(member, TEN_MINUTES) for member in layout.MEMBERS], stage.leader()
    for one in wrong:
        stage.also(one)
    stage.inject(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.until_silent()
    for one in wrong:
        stage.heal(one)
    stage.settle(3)


def forged_flood(stage: Stage) -> None:
    """Switchovers in turn, every other one or two under a flood of forged events."""
    for number, kind in enumerate(TURNS):
        stage.until_synchronous()
        old, flood = stage.leader(), Flood(_heard(stage))
        if kind == FLOODED:
            stage.also(flood)
            stage.settle(FULL)
        stage.mark(f"{kind} {number}")
        stage.inject(Switchover(old.member))
        stage.until_moved(old)
        stage.until_concluded()
        if kind == FLOODED:
            stage.heal(flood)
    stage.settle(3)


def _heard(stage: Stage) -> Event:
    """The last event that a member's hook told."""
    told = (
        e.facts["evidence"] for e in reversed(stage.trail.entries) if e.facts["kind"] == Kind.EVENT
    )
    last = next(one for one in told if one["sender"] in layout.MEMBERS)
    return Event(
        id=last["id"],
        type=last["type"],
        sender=last["sender"],
        cluster=layout.CLUSTER,
        time=last["time"],
        data=last["data"],
    )


DISASTERS: Mapping[str, Disaster] = {
    "same-event-fifty-times": Disaster(
        title="the same is told fifty times by one id, and by fifty ids",
        act=fifty_times,
        must=(MOVED, told_once(), repeated(AGAIN, times=50), few_responds(12)),
    ),
    "events-late": Disaster(
        title="events arrive a minute late and in reverse",
        act=late,
        must=(
            MOVED,
            deaf("MuteHooks", senders=tuple(layout.MEMBERS), until=LATE),
            backwards(LATE, old=A_MINUTE, least=4),
            untouched_since(LATE, name="what is late touches no host"),
            quiet_since(LATE),
        ),
    ),
    "sender-clock-wrong": Disaster(
        title="the clocks of all senders are ten minutes behind",
        act=wrong_clock,
        must=(
            MOVED,
            takes_orders(AS_EVER, but_for="the clocks are wrong"),
            signed_again(TEN_MINUTES),
        ),
    ),
    "forged-events": Disaster(
        title="500 forged events a second during switchovers",
        act=forged_flood,
        must=(
            MOVED,
            changed_leader(1),
            delays_less_than(0.2, each=TURNS.count(FLOODED)),
            flooded_at(450, answered=ANSWERED, times=TURNS.count(FLOODED)),
            refused_once_a_minute(),
            not_held_up(),
        ),
        setting=Setting(machines=STRANGER, inventory=SPARING),
        quiet=True,
    ),
}

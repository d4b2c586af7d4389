"""One of pgbaton's own processes is gone, or all its workers are: the others find the change, and nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from deploy.lab import layout, outside
from deploy.lab.busy import WORKERS
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.telling import AS_EVER, CATCHES_UP, caught_up
from deploy.lab.drill.expected import MOVED, takes_orders, untouched_since
from deploy.lab.drill.expected.arrived import deaf, events_since, spooled
from deploy.lab.drill.expected.living import MISSED, missed, unsaid
from deploy.lab.drill.expected.timed import again_within
from deploy.lab.drill.expected.touched import untouched_until
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.inventory import HEARTBEAT
from deploy.lab.nemesis import FreezeAll, Kill, KillAll, LoseMachine, Switchover

NOBODY_WORKS_FOR = 30.0
"""Seconds for which all workers are gone."""

SLOW_FOR = 8.0
"""Seconds for which the webhook answers nobody: longer than hook and watch wait for an answer."""

AT_WORK = "the workers are back"
OPEN = "the webhook is back"

AFTER_RETURN = 20.0
"""Seconds from the workers' start to the last host's first order, at most: on a busy machine Python takes
half of that to start."""


def process_dead(stage: Stage, name: str) -> None:
    """A process is killed, the leader's machine is lost, and the process starts again."""
    dead, old = Kill("control", name), stage.leader()
    stage.also(dead)
    stage.inject(LoseMachine(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    if name in layout.HEARTBEATS:
        until_missed(stage, name)
    stage.heal(dead)
    if name in layout.HEARTBEATS:
        until_beating(stage, name)
    stage.until("the thread", lambda: caught_up(stage), seconds=CATCHES_UP)
    stage.settle(3)


def until_missed(stage: Stage, name: str) -> None:
    """Wait until whoever counts this process's beats must have noticed."""
    [died] = (one.at for one in stage.injected if one.title == Kill("control", name).title)
    stage.until("the switch to notice", lambda: stage.since(died) > MISSED * HEARTBEAT + 1)


def until_beating(stage: Stage, name: str) -> None:
    """Wait until a process gives signs of life that it did not give before."""
    before = len(outside.heartbeats().get(name, ()))
    stage.until(f"{name} to beat", lambda: len(outside.heartbeats()[name]) > before, seconds=30)


def workers_down(stage: Stage) -> None:
    """Every worker is killed before a switchover, and returns half a minute later."""
    old, dead = stage.leader(), [KillAll("control", name) for name in WORKERS]
    for one in dead:
        stage.also(one)
    stage.inject(Switchover(old.member))
    stage.until_writable(old)
    stage.until(
        "the workers' return",
        lambda: stage.since(stage.fault) > NOBODY_WORKS_FOR,
        seconds=NOBODY_WORKS_FOR + 5,
    )
    stage.mark(AT_WORK)
    for one in dead:
        stage.heal(one)
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)


def webhook_down(stage: Stage) -> None:
    """The webhook dies before a switchover, and returns when everything has moved without it."""
    old, dead = stage.leader(), KillAll("control", "web")
    stage.also(dead)
    stage.inject(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.mark(OPEN)
    stage.heal(dead)
    until_delivered(stage, old)


def webhook_slow(stage: Stage) -> None:
    """The webhook takes every connection and answers none for a while."""
    old, slow = stage.leader(), FreezeAll("control", "web")
    stage.also(slow)
    stage.inject(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.until("the webhook to go on", lambda: stage.since(stage.fault) > SLOW_FOR)
    stage.mark(OPEN)
    stage.heal(slow)
    until_delivered(stage, old)


def until_delivered(stage: Stage, old: Leadership) -> None:
    """Wait until the hooks of the old and the new leader have told what they kept."""
    members = {old.member, stage.leader().member}

    def told() -> bool:
        return members <= events_since(stage.trail.entries, stage.marks[OPEN])

    stage.until("what the hooks kept", told, seconds=30)
    stage.settle(3)


def _dead(name: str) -> Disaster:
    return Disaster(
        title=f"the {name} is dead when the leader's machine is lost",
        act=partial(process_dead, name=name),
        must=(
            MOVED,
            takes_orders(AS_EVER, but_for=f"the {name} is dead"),
            *((missed(name, fault="Kill"),) if name in layout.HEARTBEATS else ()),
        ),
    )


DISASTERS: Mapping[str, Disaster] = {
    "clock-dead": _dead("clock"),
    "watch-dead": _dead("watch"),
    "chronicle-dead": Disaster(
        title="the chronicle is dead when the leader's machine is lost",
        act=partial(process_dead, name="chronicle"),
        must=(
            MOVED,
            takes_orders(AS_EVER, but_for="the chronicle is dead"),
            unsaid("Kill", name="nothing is told meanwhile"),
        ),
    ),
    "workers-down": Disaster(
        title="all workers are gone for 30 s during a switchover",
        act=workers_down,
        must=(
            MOVED,
            untouched_until(AT_WORK, name="no host is touched while nobody works"),
            again_within(AT_WORK, AFTER_RETURN, name="the workers' return"),
        ),
    ),
    "webhook-down": Disaster(
        title="the webhook is dead during a switchover",
        act=webhook_down,
        must=(
            MOVED,
            takes_orders(AS_EVER, but_for="no webhook listens"),
            deaf("KillAll"),
            spooled("KillAll"),
            untouched_since(OPEN, name="what is heard later touches no host"),
        ),
    ),
    "webhook-slow": Disaster(
        title="the webhook answers nobody during a switchover",
        act=webhook_slow,
        must=(
            MOVED,
            takes_orders(AS_EVER, but_for="the webhook does not answer"),
            deaf("FreezeAll"),
            spooled("FreezeAll"),
            untouched_since(OPEN, name="what is heard later touches no host"),
        ),
    ),
}

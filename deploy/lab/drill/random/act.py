"""Plays a composed sequence on a stage: strikes, heals, and waits for calm before it goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from deploy.lab import layout, patroni, redis
from deploy.lab.busy import WORKERS
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.random.compose import Episode, Strike, compose
from deploy.lab.drill.random.menu import Role
from deploy.lab.drill.stage import Stage
from deploy.lab.etcd import all_healthy
from deploy.lab.machine import LabError
from deploy.lab.nemesis import Fault

OURS = ("watch", "clock", "chronicle", "web")
CALM = 180.0
"""Seconds after the last healing within which all must be well again."""


def random_disaster(seed: int, number: int, seconds: float) -> Disaster:
    """A round of composed faults for so many seconds."""
    return Disaster(
        title=f"faults composed by seed {seed}, round {number}, for {seconds / 60:g} min",
        act=partial(act, episodes=compose(seed, number), seconds=seconds),
    )


def act(stage: Stage, episodes: Iterator[Episode], *, seconds: float) -> None:
    """Episode after episode until the time is over; the last one is played to its end."""
    ending = time.time() + seconds
    while time.time() < ending:
        play_episode(stage, next(episodes))
        until_calm(stage)
    stage.settle(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A fault that has struck and is not healed yet: `until` is seconds since the episode's beginning."""

    until: float
    target: str
    fault: Fault


def play_episode(stage: Stage, episode: Episode) -> None:
    """Every strike and every healing at its second."""
    began, standing = time.time(), list[Standing]()
    stage.fault = stage.screen.fault = began
    due = list(episode)
    while due or standing:
        coming: list[tuple[float, Strike | Standing]] = [
            *((s.after, s) for s in due),
            *((s.until, s) for s in standing),
        ]
        at, what = min(coming, key=lambda one: one[0])
        time.sleep(max(0.0, began + at - time.time()))
        if isinstance(what, Standing):
            standing.remove(what)
            stage.heal(what.fault)
        else:
            due.remove(what)
            standing += _struck(stage, what, standing)


def _struck(stage: Stage, strike: Strike, standing: Sequence[Standing]) -> list[Standing]:
    """What stands once it has struck: nothing where nobody is left whom it could strike."""
    held = {one.target for one in standing}
    targets = [one for one in _targets(stage)[strike.dish.role] if one not in held]
    if not targets:
        return []
    target = targets[int(strike.pick * len(targets))]
    fault = strike.dish.fault(target)
    try:
        stage.also(fault)
    except (LabError, OSError) as error:
        stage.screen.say(f"it did not strike: {error}", style="dim")
        return []
    return [Standing(until=strike.until, target=target, fault=fault)]


def _targets(stage: Stage) -> Mapping[Role, Sequence[str]]:
    """Whom each role means at this moment."""
    leader = stage.leaders.leader
    leading = [leader.member] if leader else []
    return {
        "leader": leading,
        "replica": [m for m in layout.MEMBERS if m not in leading],
        "member": list(layout.MEMBERS),
        "etcd": list(layout.ETCD),
        "worker": list(WORKERS),
        "ours": list(OURS),
        "redis": ["redis"],
        "slack": ["slack"],
        "host": list(layout.SHOPS),
    }


def until_calm(stage: Stage) -> None:
    """Wait until every part lives and follows, every shop takes orders, and no incident is open."""
    stage.until("etcd's quorum", all_healthy, seconds=CALM)
    stage.until("Redis", lambda: redis.answers(stage.lab.secrets.redis), seconds=CALM)
    stage.until("a synchronous replica", patroni.synchronous, seconds=CALM)
    stage.until_ordered_again()
    stage.until("every incident's end", lambda: not stage.trail.open(), seconds=CALM)

"""The ways to ask that stand beside each other, and what each costs the processes that answer."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from deploy.lab.bench.heard.ground import HOST, Served, environment
from deploy.lab.bench.heard.post import Post, Posted
from deploy.lab.bench.heard.volley import Volley, fire
from deploy.lab.lab import deaf
from deploy.lab.machine import LabError

FAILOVER = 4
"""Events that one failover tells of a cluster: three members' callbacks and the watch."""
FLOOD = 500
"""Forged events a second."""
FORGERIES = 200
"""Different ones; the flood sends them in turn."""
PACE = 0.5
"""Seconds until the flood has its pace."""


class Way(StrEnum):
    """`USUAL`: as a storm of failovers tells, so that every fourth event needs a job and the others find it
    waiting. `FIRST`: every event is its cluster's first, and needs its job. `FLOODED`: the usual ones, beside
    the flood. `REFUSED`: forged ones alone. `BARE`: whatever was sent, a view that only says 202."""

    BARE = "a bare Flask view"
    USUAL = "four events a cluster"
    FIRST = "every event with a job of its own"
    FLOODED = "four events a cluster, under the flood"
    REFUSED = "forged events alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One volley, and the processor seconds an event that it took of web process and Redis. `forged` is
    how many forged ones were refused a second meanwhile."""

    way: Way
    volley: Volley
    web: float
    redis: float
    forged: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The servers, and who sends. `number` is of events a volley."""

    bare: Served
    web: Served
    redis: Served
    post: Post
    folder: Path
    number: int


def shoot(ground: Range, way: Way) -> tuple[Shot, Sequence[Posted]]:
    """One volley, and the events of it that must stand in the trail afterwards."""
    posted, requests = _requests(ground, way)
    if way is not Way.FLOODED:
        return _measured(ground, way, requests), posted
    with flood(ground) as pace:
        shot = _measured(ground, way, requests)
    return replace(shot, forged=pace[0]), posted


def _requests(ground: Range, way: Way) -> tuple[Sequence[Posted], Sequence[bytes]]:
    """Signed before the clock runs."""
    now = time.time()
    if way is Way.REFUSED:
        return (), ground.post.forged(ground.number, now=now)
    each = 1 if way is Way.FIRST else FAILOVER
    posted = ground.post.events(ground.number, each=each, now=now)
    return () if way is Way.BARE else posted, [one.request for one in posted]


def _measured(ground: Range, way: Way, requests: Sequence[bytes]) -> Shot:
    server = ground.bare if way is Way.BARE else ground.web
    web, redis = server.spent, ground.redis.spent
    volley = fire(server.port, requests)
    demand_answers(way, volley.answers)
    count = len(requests)
    return Shot(
        way=way,
        volley=volley,
        web=(server.spent - web) / count,
        redis=(ground.redis.spent - redis) / count,
    )


def demand_answers(way: Way, answers: Mapping[int, int]) -> None:
    """LabError where the server said anything else than it had to."""
    wanted = 401 if way is Way.REFUSED else 202
    if set(answers) != {wanted}:
        raise LabError(f"{way}: the answers were {dict(answers)}, not {wanted} alone")


@contextmanager
def flood(ground: Range) -> Iterator[list[float]]:
    """The forger of the drills at its pace, at a low priority: in life it has a machine of its own. What is
    yielded holds afterwards how many it was refused a second."""
    file, pace = ground.folder / "forged", list[float]()
    forged = ground.post.forged(FORGERIES, now=time.time())
    file.write_text("".join(f"{one.hex()}\n" for one in forged))
    own = (str(file), HOST, str(ground.web.port), str(FLOOD))
    command = ["nice", "-n", "5", sys.executable, "-m", "deploy.lab.flood", *own]
    env = dict(environment(file))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=env, cwd="/")
    try:
        time.sleep(PACE)
        yield pace
    finally:
        with deaf():
            process.send_signal(signal.SIGTERM)
            told, _ = process.communicate(timeout=30)
    pace.append(flood_pace(json.loads(told)))


def flood_pace(tally: Mapping[str, Any]) -> float:
    """Forged events a second that were refused; fewer than were offered, where the intake has no time for
    more. LabError where one was answered in another way, or where the forger kept no pace."""
    answers, seconds = tally["answers"], tally["seconds"]
    if set(answers) != {"401"} or tally["offered"] < 0.8 * FLOOD * seconds:
        raise LabError(
            f"the flood was to be {FLOOD} refusals a second; in {seconds} s {tally['offered']} were"
            f" offered, and answered by {answers}: is the machine too busy?"
        )
    return float(answers["401"] / seconds)

"""How long applications wait for pgbaton: from "leader writable" to the last host checked.

The epochs are made by planned switchovers of a real cluster. The shop's own stop and start are not
pgbaton's: the host measures them itself (`restart` and `check` of its stages), and they are taken
off here and shown beside.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from deploy.lab import faults, layout, patroni
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.stage import Stage, set_stage
from deploy.lab.drill.trailwatch import epoch_of
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import open_lab
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import wait_until
from deploy.lab.rise import rise
from jobs.audit import Entry, Kind

LIMIT = 0.6
"""Seconds that the median may take (two hosts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One epoch. `seconds` from the leader's first writable moment to the last host checked, less
    that host's own stop and start (`shop`). The observer looks every 20 ms."""

    epoch: int
    member: str
    seconds: float
    shop: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A row of the bench's report: what was measured, its limit, and whether it held."""

    name: str
    ours: float
    limit: float
    reactions: tuple[Reaction, ...]

    @property
    def held(self) -> bool:
        return self.ours <= self.limit


def measure(*, epochs: int) -> Result:
    """Bring a lab up and let it change leaders `epochs` times."""
    screen, profile = Screen(), PROFILES["lab"]
    with open_lab(profile=profile, program=PatroniProgram(version=4)) as lab:
        stage = set_stage(lab, screen, patience=3 * profile.ttl)
        rise(lab, screen.say)
        stage.observe()
        stage.until_concluded()
        reactions = tuple(_one(stage) for _ in range(epochs))
    median = statistics.median(r.seconds for r in reactions)
    return Result(
        name="leader writable to last of two hosts checked",
        ours=median,
        limit=LIMIT,
        reactions=reactions,
    )


def _one(stage: Stage) -> Reaction:
    old = stage.leader()
    wait_until("a synchronous replica", patroni.synchronous, seconds=stage.patience, step=0.2)
    stage.inject(
        f"switchover away from {old.member}", lambda: faults.switchover(stage.lab, old.member)
    )
    stage.until_moved(old)
    stage.until_concluded()
    new = stage.leader()
    return reaction(
        stage.trail.entries,
        member=new.member,
        epoch=new.epoch,
        writable=stage.writable.first[new.member],
    )


def reaction(entries: Sequence[Entry], *, member: str, epoch: int, writable: float) -> Reaction:
    """One epoch's reaction from the trail: every host's end, less its own stop and start."""
    ends = {
        e.facts["evidence"]["host"]: (e.at / 1e6, _shop_of(e))
        for e in entries
        if e.facts["kind"] == Kind.HOST and epoch_of(e.facts) == epoch
    }
    assert set(ends) == set(layout.SHOPS), ends
    seconds, shop = max((at - shop - writable, shop) for at, shop in ends.values())
    return Reaction(epoch=epoch, member=member, seconds=round(seconds, 4), shop=round(shop, 4))


def _shop_of(entry: Entry) -> float:
    stages = entry.facts["evidence"]["stages"]
    return float(stages.get("restart", 0) + stages.get("check", 0))

"""How long applications wait for pgbaton: from "leader writable" to the last host checked.

The epochs are made by planned switchovers of a real cluster. The shop's own stop and start are not
pgbaton's: the host measures them itself (`restart` and `check` of its stages), and they are taken
off here and shown beside.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from deploy.lab import layout, patroni
from deploy.lab.bench.result import Reaction, Result
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.stage import Stage, set_stage
from deploy.lab.drill.trailwatch import epoch_of
from deploy.lab.inventory import PROFILES
from deploy.lab.lab import open_lab
from deploy.lab.nemesis import Switchover
from deploy.lab.patroni import PatroniProgram
from deploy.lab.process import wait_until
from deploy.lab.rise import rise
from jobs.audit import Entry, Kind

LIMIT = 0.6
"""Seconds that the median may take (two hosts)."""


def measure(*, epochs: int) -> Result:
    """Bring a lab up and let it change leaders `epochs` times."""
    screen, profile = Screen(), PROFILES["lab"]
    with open_lab(profile=profile, program=PatroniProgram(version=4)) as lab:
        stage = set_stage(lab, screen, patience=3 * profile.ttl)
        rise(lab, screen.say)
        stage.observe()
        stage.until_concluded()
        reactions = tuple(change_leader(stage) for _ in range(epochs))
    median = statistics.median(r.seconds for r in reactions)
    return Result(
        name="leader writable to last of two hosts checked",
        ours=median,
        limit=LIMIT,
        reactions=reactions,
    )


def change_leader(stage: Stage, *, how: str = "") -> Reaction:
    """A planned switchover, and how long the applications waited for it."""
    old = stage.leader()
    wait_until("a synchronous replica", patroni.synchronous, seconds=stage.patience, step=0.2)
    stage.inject(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    new = stage.leader()
    return reaction(
        stage.trail.entries,
        member=new.member,
        epoch=new.epoch,
        writable=stage.writable.first[new.member],
        how=how,
    )


def reaction(
    entries: Sequence[Entry], *, member: str, epoch: int, writable: float, how: str = ""
) -> Reaction:
    """One epoch's reaction from the trail: every host's end, less its own stop and start."""
    ends = {
        e.facts["evidence"]["host"]: (e.at / 1e6, _shop_of(e))
        for e in entries
        if e.facts["kind"] == Kind.HOST and epoch_of(e.facts) == epoch
    }
    assert set(ends) == set(layout.SHOPS), ends
    seconds, shop = max((at - shop - writable, shop) for at, shop in ends.values())
    return Reaction(
        epoch=epoch, member=member, seconds=round(seconds, 4), shop=round(shop, 4), how=how
    )


def _shop_of(entry: Entry) -> float:
    stages = entry.facts["evidence"]["stages"]
    return float(stages.get("restart", 0) + stages.get("check", 0))

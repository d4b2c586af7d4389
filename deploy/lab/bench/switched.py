"""One change of leader in a real cluster, and how long the applications waited for pgbaton.

The epochs are made by planned switchovers. The shop's own stop and start are not pgbaton's: the
host measures them itself (`restart` and `check` of its stages), and they are taken off here and
shown beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.lab import layout, patroni
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One epoch. `seconds` from the leader's first writable moment to the last host checked, less
    that host's own stop and start (`shop`). The observer looks every 20 ms. `how` is under which
    circumstances, where they vary."""

    epoch: int
    member: str
    seconds: float
    shop: float
    how: str = ""


@contextmanager
def stage_of_a_lab() -> Iterator[Stage]:
    """A lab that rose and rests, with everybody watched."""
    screen, profile = Screen(), PROFILES["lab"]
    with open_lab(profile=profile, program=PatroniProgram(version=4)) as lab:
        stage = set_stage(lab, screen, patience=3 * profile.ttl)
        rise(lab, screen.say)
        stage.observe()
        stage.until_concluded()
        yield stage


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

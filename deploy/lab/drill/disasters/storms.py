"""Leaders that change faster than applications can follow: only the last one counts, and nobody is restarted for the others twice."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from deploy.lab import layout, neighbours, patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import (
    MOVED,
    ONE_INCIDENT,
    alarm,
    changed_leader,
    silent,
    takes_orders,
)
from deploy.lab.drill.expected.several import EACH_CLUSTER, none_waits
from deploy.lab.drill.expected.storms import (
    GAVE_WAY,
    HELD_UNTIL_CALM,
    ONCE_AN_EPOCH,
    SPANS,
    changes_within,
)
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import CutOff, LoseMachine, StopPatroni, Switchover
from deploy.lab.setting import Setting
from jobs.audit import Kind

SLOW = {"after": ["sleep 4"], "after_timeout": 30}
"""An application that takes its time, so that the next leader comes while it still follows the last."""

CALM = 12
"""Seconds in one epoch after which a return is held no longer."""

FLAPPING = {"changes": 2, "within": 300, "calm": CALM}


def change(stage: Stage, *, first: bool = False) -> Leadership:
    """A switchover as soon as Patroni has somebody to switch to."""
    old = stage.leader()
    stage.until("somebody to take over", lambda: may_change(stage, old))
    strike = stage.inject if first else stage.also
    strike(Switchover(old.member))
    return stage.until_writable(old)


def may_change(stage: Stage, leader: Leadership) -> bool:
    """Whether a member follows the leader of now synchronously, and the leader says so."""
    body = stage.lab.footing.rest(leader.member)
    leads = body.get("role") in {"primary", "master"} and body.get("state") == "running"
    found = patroni.standby(stage.lab.footing.rest)
    return leads and found is not None and found != leader.member


def three_failovers(stage: Stage) -> None:
    """Three leaders in a row, as fast as Patroni allows, while hosts take seconds to follow each."""
    change(stage, first=True)
    change(stage)
    change(stage)
    stage.until_concluded()
    stage.until_ordered_again()
    until_calm(stage)


def overtaken(stage: Stage) -> None:
    """Another leader comes while some hosts follow the first, and others wait for their turn."""
    change(stage, first=True)
    stage.until("hosts under way", lambda: under_way(stage))
    change(stage)
    stage.until_concluded()
    stage.until_ordered_again()
    until_calm(stage)


def under_way(stage: Stage) -> bool:
    """Whether hosts were planned since the fault."""
    return _told(stage, Kind.PLANNED)


def _told(stage: Stage, kind: Kind) -> bool:
    later = (e for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    return any(e.facts["kind"] == kind for e in later)


def until_calm(stage: Stage) -> None:
    stage.until_quiet()
    stage.until_synchronous()
    stage.settle(3)


def away_without(stage: Stage) -> tuple[Leadership, StopPatroni]:
    """The third member is stopped, so that whoever lost the lead is the next to have it; then the
    leader changes. Returns who led before."""
    old = stage.leader()
    second = patroni.standby(stage.lab.footing.rest)
    third = next(m for m in layout.MEMBERS if m not in {old.member, second})
    gone = StopPatroni(third)
    stage.also(gone)
    new = change(stage, first=True)
    stage.until_moved(old)
    stage.until_told(new)
    stage.until_concluded()
    stage.until(f"{old.member} to follow", partial(may_change, stage, new), seconds=60)
    return old, gone


def flapping_held(stage: Stage) -> None:
    """The lead goes to another, which is cut off from etcd, demotes itself and so loses it to the first:
    applications stay at the replica, until the return is calm."""
    _, gone = away_without(stage)
    second = stage.leader()
    cut = CutOff(second.member, tuple(layout.ETCD))
    stage.also(cut)
    stage.until("the return", lambda: stage.leaders.after(second.epoch))
    stage.until("the hold's end", lambda: _told(stage, Kind.RELEASED))
    stage.until_concluded()
    stage.until_ordered_again()
    stage.heal(cut)
    stage.heal(gone)
    until_calm(stage)


def flapping_dead(stage: Stage) -> None:
    """The lead goes to another, whose machine is lost: it returns, and nobody stays at a dead member."""
    _, gone = away_without(stage)
    dead = LoseMachine(stage.leader().member)
    old = stage.leader()
    stage.inject(dead)
    stage.until_moved(old)
    stage.until_concluded()
    stage.heal(dead)
    stage.heal(gone)
    until_calm(stage)


def five_clusters(stage: Stage) -> None:
    """One machine is lost from which five clusters are led."""
    old = stage.leader()
    dead = LoseMachine(old.member)
    until_each_tells(stage, Kind.CONCLUDED, since=0.0)
    stage.inject(dead)
    stage.until_moved(old)
    stage.until_concluded()
    until_each_tells(stage, Kind.CONCLUDED, since=stage.fault)
    stage.heal(dead)
    neighbours.start_again(stage.lab, old.member)
    until_calm(stage)


def until_each_tells(stage: Stage, kind: Kind, *, since: float) -> None:
    """Wait until the trail of each further cluster holds an entry of a kind that is later than an instant."""

    def told(name: str) -> bool:
        later = (e.facts for e in stage.trail.trail.entries(name) if e.at / 1e6 > since)
        return any(facts["kind"] == kind for facts in later)

    for name in stage.lab.neighbours:
        stage.until(f"an entry of {name}: {kind}", partial(told, name))


HELD = "^held: "

FIVE = Setting(
    light=len(layout.NEIGHBOURS),
    neighbours=True,
    inventory=neighbours.tables(),
    also=(neighbours.start_neighbours,),
)
"""Five clusters on the same machines."""

DISASTERS: Mapping[str, Disaster] = {
    "three-failovers": Disaster(
        title="three failovers within 20 s",
        act=three_failovers,
        must=(
            changed_leader(3),
            changes_within(20),
            ONE_INCIDENT,
            SPANS,
            ONCE_AN_EPOCH,
        ),
        setting=Setting(inventory={"applications": {"shop": SLOW}}),
    ),
    "overtaken": Disaster(
        title="a second failover in the middle of repointing",
        act=overtaken,
        must=(changed_leader(2), ONE_INCIDENT, SPANS, GAVE_WAY),
        setting=Setting(
            light=4,
            inventory={
                "applications": {"shop": SLOW, "light": SLOW},
                "timing": {"chunk": 1},
            },
        ),
    ),
    "five-clusters": Disaster(
        title="five clusters lose their leaders at once",
        act=five_clusters,
        must=(MOVED, ONE_INCIDENT, EACH_CLUSTER, none_waits(15)),
        setting=FIVE,
    ),
    "flapping-held": Disaster(
        title="the lead goes to and fro, and its return is held back",
        act=flapping_held,
        must=(
            changed_leader(2),
            alarm(HELD, name="that the return is held back is said, once", times=1),
            HELD_UNTIL_CALM,
        ),
        setting=Setting(inventory={"clusters": {layout.CLUSTER: {"flapping": FLAPPING}}}),
    ),
    "flapping-dead": Disaster(
        title="the lead returns because the other one is dead",
        act=flapping_dead,
        must=(
            MOVED,
            silent(HELD, name="nothing is held back"),
            takes_orders(8, but_for="returns are held back"),
        ),
        setting=Setting(inventory={"clusters": {layout.CLUSTER: {"flapping": FLAPPING}}}),
    ),
}

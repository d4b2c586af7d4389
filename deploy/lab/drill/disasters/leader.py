"""The leader's machine, its Patroni or its PostgreSQL is gone; or somebody asks for another leader."""

from __future__ import annotations

import time
from collections.abc import Mapping

from deploy.lab import faults, front, layout, patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import (
    MOVED,
    NOBODY_TOUCHED,
    ONE_INCIDENT,
    STAYED,
    cause,
    interrupted,
    outage,
    says,
    untouched_since,
)
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import CrashPostgres, Fault, LoseMachine, StopPatroni, Switchover
from jobs.story import CauseKind

BOOTS = "the lost machine boots again"

KNOWN_FOR = 1.0
"""Seconds after which Patroni has taken a PostgreSQL that it started for granted."""


def kill_leader_machine(stage: Stage) -> None:
    """The leader's link goes down, then everything on its machine is gone."""
    old = stage.leader()
    stage.inject(LoseMachine(old.member))
    if stage.lab.balanced:
        stage.screen.say(f"Linode says: host_reboot of {old.member} started")
        front.happens("host_reboot", old.member)
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    for host in layout.UNMANAGED:
        count = faults.open_connections(stage.lab, host, old.address)
        stage.screen.say(f"{host}, left to itself, holds {count} connections to the lost machine")


def machine_returns(stage: Stage) -> None:
    """The lost machine boots again with its disk, on which it still leads; it rejoins as a replica."""
    old = stage.leader()
    lost = LoseMachine(old.member)
    stage.inject(lost)
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.mark(BOOTS)
    stage.heal(lost)
    stage.until_follows(old.member, new)
    stage.until_synchronous()
    stage.until_quiet()
    stage.settle(3)


def switchover(stage: Stage) -> None:
    """An operator asks Patroni for another leader."""
    moves(stage, Switchover(stage.leader().member))


def patroni_stopped(stage: Stage) -> None:
    """Patroni ends in order on the leader, as `systemctl stop patroni` does, and stops PostgreSQL."""
    moves(stage, StopPatroni(stage.leader().member))


def moves(stage: Stage, fault: Fault) -> None:
    """A fault after which another member leads, and everybody follows it."""
    old = stage.leader()
    stage.inject(fault)
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)


def postgres_crash(stage: Stage) -> None:
    """The leader's postmaster dies, and twice more as it comes back; Patroni starts it again where it
    was, and nothing moves."""
    old, killed = stage.leader(), set[str]()
    crash = CrashPostgres(old.member)
    for strike in (stage.inject, stage.also, stage.also):
        killed.add(faults.postmaster(stage.lab, old.member)[0])
        strike(crash)
        if strike == stage.inject:
            stage.until_failed()
        until_back(stage, old, killed)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(5)


def until_back(stage: Stage, leader: Leadership, killed: set[str]) -> None:
    """Another postmaster takes connections, and Patroni knows: one that dies while Patroni still starts
    it is a start that failed, and then Patroni gives the key away."""

    def back() -> bool:
        pid, ready = faults.postmaster(stage.lab, leader.member)
        known = patroni.rest(leader.member).get("state") == "running"
        return ready and known and pid not in killed

    stage.until(f"PostgreSQL on {leader.member} to return", back, seconds=60)
    time.sleep(KNOWN_FOR)


DISASTERS: Mapping[str, Disaster] = {
    "kill-leader-machine": Disaster(
        title="the leader's machine is lost",
        act=kill_leader_machine,
        must=(MOVED, ONE_INCIDENT, outage(10, 60, default=(15, 75))),
    ),
    "machine-returns": Disaster(
        title="the leader's machine is lost, and back",
        act=machine_returns,
        must=(
            MOVED,
            ONE_INCIDENT,
            outage(10, 60, default=(15, 75)),
            says("on_start replica", mark=BOOTS, name="its hook says that it follows"),
            untouched_since(BOOTS, name="its return moves nothing"),
        ),
    ),
    "switchover": Disaster(
        title="a planned switchover",
        act=switchover,
        must=(MOVED, ONE_INCIDENT, cause(CauseKind.SWITCHOVER), outage(0.3, 30)),
    ),
    "patroni-stopped": Disaster(
        title="Patroni is stopped on the leader",
        act=patroni_stopped,
        must=(MOVED, ONE_INCIDENT, cause(CauseKind.PATRONI_STOPPED), outage(0.3, 30)),
    ),
    "postgres-crash": Disaster(
        title="the leader's PostgreSQL crashes",
        act=postgres_crash,
        must=(STAYED, NOBODY_TOUCHED, interrupted((1, 30), default=(1, 45))),
    ),
}

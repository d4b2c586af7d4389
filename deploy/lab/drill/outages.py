"""The disasters in which the leader should keep its place, or loses it to etcd rather than to its machine."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from functools import partial

from deploy.lab import faults, layout, mux, patroni
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.stage import Stage
from deploy.lab.process import wait_until
from jobs.audit import Entry, Kind

KNOWN_FOR = 1.0
"""Seconds after which Patroni has taken a PostgreSQL that it started for granted."""

BLIND_FOR = 8.0
"""Seconds for which etcd has no quorum after the leader has noticed: long enough to be seen by all."""


def patroni_stopped(stage: Stage) -> tuple[Checked, ...]:
    """Patroni ends in order on the leader, as `systemctl stop patroni` does, and stops PostgreSQL."""
    old = stage.leader()
    stage.inject(
        f"FAULT: Patroni of {old.member} gets SIGTERM",
        lambda: faults.find(stage.lab, old.member, "patroni").signal(signal.SIGTERM),
    )
    stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    return ()


def postgres_crash(stage: Stage) -> tuple[Checked, ...]:
    """The leader's postmaster dies, and twice more as it comes back; Patroni starts it again where it
    was, and nothing moves."""
    old = stage.leader()
    heard = len(stage.trail.entries)
    killed: list[str] = []
    kill = partial(_kill_postmaster, stage, old, killed)
    stage.inject(f"FAULT: the postmaster of {old.member} gets SIGKILL", kill)
    stage.until_failed()
    for again in ("again", "once more"):
        _until_back(stage, old, killed)
        stage.screen.say(f"FAULT: {again}", style="bold yellow")
        kill()
    _until_back(stage, old, killed)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(5)
    return (_stayed(stage, old), _untouched(stage, heard))


def _kill_postmaster(stage: Stage, leader: Leadership, killed: list[str]) -> None:
    killed.append(faults.kill_postmaster(stage.lab, leader.member))


def _until_back(stage: Stage, leader: Leadership, killed: list[str]) -> None:
    """Another postmaster takes connections, and Patroni knows: one that dies while Patroni still starts
    it is a start that failed, and then Patroni gives the key away."""

    def back() -> bool:
        pid, ready = faults.postmaster(stage.lab, leader.member)
        known = patroni.rest(leader.member).get("state") == "running"
        return ready and known and pid not in killed

    wait_until(f"PostgreSQL on {leader.member} to return", back, seconds=60)
    time.sleep(KNOWN_FOR)


def leader_cut(stage: Stage) -> tuple[Checked, ...]:
    """Every packet between the leader and etcd is dropped; it demotes itself, and is let in again."""
    old = stage.leader()
    stage.inject(
        f"FAULT: no packet passes between {old.member} and etcd any more",
        lambda: faults.partition(stage.lab, old.member, tuple(layout.ETCD)),
    )
    new = stage.until_moved(old)
    stage.until_concluded()
    heard = len(stage.trail.entries)
    stage.screen.say(f"{old.member} reaches etcd again", style="yellow")
    faults.heal(stage.lab, old.member)
    wait_until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=60
    )
    stage.settle(3)
    return (_stayed(stage, new), _untouched(stage, heard))


def etcd_outage(stage: Stage) -> tuple[Checked, ...]:
    """Two of three etcd are gone: the leader demotes itself, nobody else may lead, and it returns."""
    old, down = stage.leader(), ("etcd2", "etcd3")
    heard = len(stage.trail.entries)
    stage.inject(
        f"FAULT: {' and '.join(down)} are stopped: etcd has no quorum",
        lambda: faults.stop_etcd(stage.lab, down),
    )
    wait_until("the verdict", lambda: _verdicts(stage, heard, "unknown"), seconds=stage.patience)
    stage.until_demoted(old)
    stage.screen.say(f"{old.member} demoted itself", style="yellow")
    time.sleep(BLIND_FOR)
    stage.screen.say(f"{' and '.join(down)} start again", style="yellow")
    faults.return_etcd(stage.lab, down)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(5)
    return (_stayed_by_name(stage, old), _restarted_nobody(stage, heard))


def balancer_only(stage: Stage) -> tuple[Checked, ...]:
    """The leader's HAProxy dies: nobody gets in through the NodeBalancer, and nobody else leads."""
    old = stage.leader()
    heard = len(stage.trail.entries)
    stage.inject(
        f"FAULT: HAProxy of {old.member} gets SIGKILL",
        lambda: faults.kill(stage.lab, old.member, "mux"),
    )
    wait_until("the alarm", lambda: _alarms(stage, heard), seconds=stage.patience)
    stage.screen.say(f"HAProxy of {old.member} starts again", style="yellow")
    mux.start_mux(stage.lab.machines[old.member], stage.lab.inventory)
    stage.until_ordered_again()
    wait_until("the balancer to follow", lambda: _follows(stage, heard), seconds=stage.patience)
    stage.settle(3)
    return (_stayed(stage, old), _untouched(stage, heard), _blamed(stage, heard))


def _stayed(stage: Stage, leader: Leadership) -> Checked:
    now = stage.leader()
    return Checked(
        name="nobody else leads, and the epoch is the same",
        held=(now.member, now.epoch) == (leader.member, leader.epoch),
        evidence=f"{now.member} leads in epoch {now.epoch}; before, {leader.member} in {leader.epoch}",
    )


def _stayed_by_name(stage: Stage, leader: Leadership) -> Checked:
    """What an outage of etcd leaves behind may be a new epoch, of the same member."""
    now = stage.leader()
    return Checked(
        name="the same member leads afterwards",
        held=now.member == leader.member,
        evidence=f"{now.member} leads in epoch {now.epoch}; before, {leader.member} in {leader.epoch}",
    )


def _untouched(stage: Stage, since: int) -> Checked:
    """Hosts that an entry tells of after the trail had so many."""
    told = [e for e in _later(stage, since) if e.facts["kind"] in {Kind.HOST, Kind.PLANNED}]
    return Checked(
        name="no host is touched", held=not told, evidence=f"{len(told)} entries tell of hosts"
    )


def _restarted_nobody(stage: Stage, since: int) -> Checked:
    hosts = [e.facts["evidence"] for e in _later(stage, since) if e.facts["kind"] == Kind.HOST]
    restarted = [h["host"] for h in hosts if h["restarted"]]
    return Checked(
        name="no host is changed or restarted",
        held=not restarted and all(h["outcome"] in {"unchanged", "held"} for h in hosts),
        evidence=", ".join(f"{h['host']} {h['outcome']}" for h in hosts) or "no host was looked at",
    )


def _blamed(stage: Stage, since: int) -> Checked:
    alarms = _alarms(stage, since)
    return Checked(
        name="the alarm names the NodeBalancer, and no incident opens",
        held=bool(alarms) and not _of(stage, since, Kind.OPENED),
        evidence="; ".join(alarms) or "nobody named it",
    )


def _alarms(stage: Stage, since: int) -> list[str]:
    named = f"NodeBalancer {layout.BALANCER}"
    told = (str(e.facts["evidence"]["reason"]) for e in _of(stage, since, Kind.ALARM))
    return [reason for reason in told if reason.startswith(named)]


def _follows(stage: Stage, since: int) -> bool:
    told = _of(stage, since, Kind.BALANCER)
    return bool(told) and told[-1].facts["evidence"]["outcome"] == "follows"


def _verdicts(stage: Stage, since: int, verdict: str) -> list[Entry]:
    told = _of(stage, since, Kind.VERDICT)
    return [e for e in told if e.facts["evidence"]["verdict"] == verdict]


def _of(stage: Stage, since: int, kind: Kind) -> list[Entry]:
    return [e for e in _later(stage, since) if e.facts["kind"] == kind]


def _later(stage: Stage, since: int) -> Sequence[Entry]:
    return stage.trail.entries[since:]

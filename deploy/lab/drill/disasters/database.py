"""PostgreSQL on the leader ends in every way that it can: whether anybody else leads is Patroni's to decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

import psycopg

from deploy.lab import faults
from deploy.lab.asking import configured
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.lagging import write_much
from deploy.lab.drill.disasters.leader import until_back
from deploy.lab.drill.expected import (
    MOVED,
    NO_INCIDENT,
    NOBODY_TOUCHED,
    ONE_INCIDENT,
    STAYED,
    interrupted,
    outage,
    served_until,
)
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.lab import Lab
from deploy.lab.nemesis import CrashPostgres, FillDisk, StopPostgres
from deploy.lab.nemesis.disk import small_disks
from deploy.lab.nemesis.fault import Fault
from deploy.lab.setting import Setting

SENT_AWAY = "the clients are sent away"
RESTART, SLOW = (1.0, 30.0), (1.0, 45.0)
"""Seconds for which nobody orders while Patroni starts PostgreSQL where it was; it looks every `loop_wait`."""

SEGMENT = 17
"""MiB that fill a segment of WAL, and a little."""

SMALL = Setting(first=(small_disks(400),))


def postgres_terminated(stage: Stage) -> None:
    """SIGTERM to the postmaster: it takes no new client, and goes on serving those it has; nobody
    notices until they are sent away."""
    old = stage.leader()
    end, first = StopPostgres(old.member, "TERM"), faults.postmaster(stage.lab, old.member)[0]
    stage.inject(end)
    stage.settle(10)
    stage.mark(SENT_AWAY)
    stage.heal(end)
    comes_back(stage, old, first)


def postgres_ends(fault: Callable[[str], Fault]) -> Callable[[Stage], None]:
    """PostgreSQL on the leader ends once; Patroni finds nothing running, and starts it where it was."""

    def act(stage: Stage) -> None:
        old = stage.leader()
        first = faults.postmaster(stage.lab, old.member)[0]
        stage.inject(fault(old.member))
        stage.until_failed()
        comes_back(stage, old, first)

    return act


def comes_back(stage: Stage, leader: Leadership, first: str) -> None:
    """The leader's PostgreSQL runs again, as another process than the first, and takes orders."""
    until_back(stage, leader, {first})
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def postgres_killed_failover(stage: Stage) -> None:
    """It is killed where `primary_start_timeout` is 0: Patroni would rather see another lead."""
    old = stage.leader()
    stage.inject(CrashPostgres(old.member))
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.until_follows(old.member, new)
    stage.settle(3)


def disk_full(stage: Stage) -> None:
    """A table cannot grow, and orders fail: all of them, or, as long as there is room in the pages that they
    fall on, every now and then. PostgreSQL runs and Patroni sees nothing wrong, so nobody else leads; orders
    are taken again as soon as there is room."""
    full = FillDisk(stage.leader().member)
    stage.inject(full)
    stage.until_failed()
    stage.settle(10)
    stage.heal(full)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def wal_full(stage: Stage) -> None:
    """The leader's disk fills with WAL: PostgreSQL ends at once, and cannot start where it stopped. What
    it wrote last goes on in a segment that nobody has, until the new leader's own WAL gets there."""
    old, full = stage.leader(), FillDisk(stage.leader().member)
    stage.inject(full)
    end_wal(stage.lab, old.member)
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.heal(full)
    write_much(stage.lab, new.member, mebibytes=SEGMENT)
    stage.until_follows(old.member, new)
    stage.settle(3)


def end_wal(lab: Lab, member: str) -> None:
    """Use up every segment that is left, so that the next one needs room."""
    with suppress(psycopg.Error):
        write_much(lab, member, mebibytes=512)


DISASTERS: Mapping[str, Disaster] = {
    "postgres-terminated": Disaster(
        title="the leader's PostgreSQL is told to end, and waits for its clients",
        act=postgres_terminated,
        must=(STAYED, NOBODY_TOUCHED, served_until(SENT_AWAY), interrupted(RESTART, default=SLOW)),
    ),
    "postgres-stopped": Disaster(
        title="the leader's PostgreSQL is stopped behind Patroni's back",
        act=postgres_ends(partial(StopPostgres, how="INT")),
        must=(STAYED, NOBODY_TOUCHED, interrupted(RESTART, default=SLOW)),
    ),
    "postgres-killed": Disaster(
        title="the leader's PostgreSQL is killed, and may take its time to return",
        act=postgres_ends(CrashPostgres),
        must=(STAYED, NOBODY_TOUCHED, interrupted(RESTART, default=SLOW)),
    ),
    "postgres-killed-failover": Disaster(
        title="the leader's PostgreSQL is killed, and must not be waited for",
        act=postgres_killed_failover,
        must=(MOVED, ONE_INCIDENT, outage(1, 40, default=(1, 50))),
        setting=Setting(also=(configured(primary_start_timeout=0),)),
    ),
    "disk-full": Disaster(
        title="the leader's disk is full",
        act=disk_full,
        must=(STAYED, NOBODY_TOUCHED, NO_INCIDENT, interrupted((0.15, 45))),
        setting=SMALL,
    ),
    "wal-full": Disaster(
        title="the leader's disk fills with WAL",
        act=wal_full,
        must=(MOVED, ONE_INCIDENT, outage(2, 60)),
        setting=SMALL,
    ),
}

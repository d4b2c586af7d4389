"""PostgreSQL on the leader ends in every way that it can: whether anybody else leads is Patroni's to decide."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import psycopg

from deploy.lab import faults, patroni
from deploy.lab.asking import configured
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.lagging import write_much
from deploy.lab.drill.expected import (
    MOVED,
    NOBODY_TOUCHED,
    ONE_INCIDENT,
    STAYED,
    interrupted,
    outage,
    served_until,
)
from deploy.lab.drill.stage import Stage
from deploy.lab.lab import Lab
from deploy.lab.nemesis import CrashPostgres
from deploy.lab.nemesis.disk import FillDisk, small_disks
from deploy.lab.nemesis.postgres import StopPostgres
from deploy.lab.setting import Setting

SENT_AWAY = "the clients are sent away"
RESTART, SLOW = (1.0, 30.0), (1.0, 45.0)
"""Seconds for which nobody orders while Patroni starts PostgreSQL where it was; it looks every `loop_wait`."""

SMALL = Setting(first=(small_disks(400),))


def postgres_terminated(stage: Stage) -> None:
    """SIGTERM to the postmaster: it takes no new client, and goes on serving those it has."""
    old = stage.leader()
    end = StopPostgres(old.member, "TERM")
    stage.inject(end)
    stage.settle(12)
    stage.mark(SENT_AWAY)
    stage.heal(end)
    stage.settle(10)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def postgres_stopped(stage: Stage) -> None:
    """`pg_ctl stop` on the leader: Patroni finds nothing running."""
    old = stage.leader()
    stage.inject(StopPostgres(old.member, "INT"))
    stage.until_failed()
    stage.settle(5)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def postgres_killed(stage: Stage) -> None:
    """The postmaster gets SIGKILL once; Patroni may take `primary_start_timeout` to start it again."""
    old = stage.leader()
    stage.inject(CrashPostgres(old.member))
    stage.until_failed()
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def postgres_killed_failover(stage: Stage) -> None:
    """The same where `primary_start_timeout` is 0: Patroni would rather see another lead."""
    old = stage.leader()
    stage.inject(CrashPostgres(old.member))
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=60
    )
    stage.settle(3)


def disk_full(stage: Stage) -> None:
    """Nothing can be written to the leader's disk any more; later there is room again."""
    old, full = stage.leader(), FillDisk(stage.leader().member)
    stage.inject(full)
    stage.until_failed()
    stage.settle(20)
    stage.heal(full)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)
    stage.screen.say(f"{old.member}: {faults.postmaster(stage.lab, old.member)}")


def wal_full(stage: Stage) -> None:
    """The leader's disk fills with WAL: PostgreSQL ends at once, and cannot start where it stopped."""
    old, full = stage.leader(), FillDisk(stage.leader().member)
    stage.inject(full)
    end_wal(stage.lab, old.member)
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.heal(full)
    stage.until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=90
    )
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
        act=postgres_stopped,
        must=(STAYED, NOBODY_TOUCHED, interrupted(RESTART, default=SLOW)),
    ),
    "postgres-killed": Disaster(
        title="the leader's PostgreSQL is killed, and may take its time to return",
        act=postgres_killed,
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
        must=(STAYED, NOBODY_TOUCHED),
        setting=SMALL,
    ),
    "wal-full": Disaster(
        title="the leader's disk fills with WAL",
        act=wal_full,
        must=(MOVED, ONE_INCIDENT),
        setting=SMALL,
    ),
}

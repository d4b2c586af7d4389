"""PostgreSQL on the leader ends in every way that it can: whether anybody else leads is Patroni's to decide."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.lab import patroni
from deploy.lab.asking import configured
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, NOBODY_TOUCHED, ONE_INCIDENT, STAYED
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import CrashPostgres
from deploy.lab.nemesis.postgres import StopPostgres
from deploy.lab.setting import Setting


def postgres_terminated(stage: Stage) -> None:
    """SIGTERM to the postmaster: it takes no new client, and goes on serving those it has."""
    old = stage.leader()
    end = StopPostgres(old.member, "TERM")
    stage.inject(end)
    stage.settle(12)
    stage.mark("sent away")
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


DISASTERS: Mapping[str, Disaster] = {
    "postgres-terminated": Disaster(
        title="the leader's PostgreSQL is told to end, and waits for its clients",
        act=postgres_terminated,
        must=(STAYED, NOBODY_TOUCHED),
    ),
    "postgres-stopped": Disaster(
        title="the leader's PostgreSQL is stopped behind Patroni's back",
        act=postgres_stopped,
        must=(STAYED, NOBODY_TOUCHED),
    ),
    "postgres-killed": Disaster(
        title="the leader's PostgreSQL is killed, and may take its time to return",
        act=postgres_killed,
        must=(STAYED, NOBODY_TOUCHED),
    ),
    "postgres-killed-failover": Disaster(
        title="the leader's PostgreSQL is killed, and must not be waited for",
        act=postgres_killed_failover,
        must=(MOVED, ONE_INCIDENT),
        setting=Setting(also=(configured(primary_start_timeout=0),)),
    ),
}

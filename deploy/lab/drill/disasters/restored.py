"""etcd is restored from a snapshot, and epochs go back: nobody is moved until an operator says so on the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from deploy.lab import layout, patroni, snapshot
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import alarm, untouched_until
from deploy.lab.drill.expected.byhand import TYPED_WELL, typed
from deploy.lab.drill.expected.restored import EPOCH_WENT_BACK, LIFTED
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Kill, RestoreEtcd, StopPatroni, Switchover
from jobs.audit import Kind

WENT_BACK = "^etcd's revision went back: "
RESET = "the operator lifts the fences"

AGED = 400
"""Revisions that etcd is older by when it is restored, so that no leadership of now catches up."""

PATRONIS = tuple(StopPatroni(member) for member in layout.MEMBERS)

WHY = "etcd restored from a snapshot"


def etcd_restored(stage: Stage) -> None:
    """Snapshot, hours, a switchover, restore: etcd names the leader of before, under its epoch of then."""
    age(stage)
    restore(stage)
    stage.until("the alarm", lambda: went_back(stage))
    stage.until_synchronous()
    stage.settle(5)
    stage.mark(RESET)
    stage.types("verify", layout.CLUSTER)
    stage.types("reset-fence", layout.CLUSTER, "--all", "--why", WHY, "--yes")
    until_all_is_well(stage)


def age(stage: Stage) -> None:
    """A snapshot, some hours, and a leader that the snapshot does not know."""
    snapshot.save(stage.lab)
    snapshot.age(AGED)
    old = stage.leader()
    stage.also(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.until_synchronous()


def restore(stage: Stage) -> None:
    """As an administrator does it: etcd away, Patroni stopped, etcd restored, Patroni started."""
    stage.inject(RestoreEtcd(partial(emptied, stage, stage.leader())))
    for one in PATRONIS:
        stage.heal(one)
    stage.until("a leader", lambda: stage.leaders.leader)


def emptied(stage: Stage, leader: Leadership) -> None:
    """etcd stays away until nobody takes writes: else the leader of before, whom the snapshot names, leads
    at once beside the one of now, and what that one acknowledges is lost. And no Patroni may have known
    the etcd of now: it would refuse one whose raft term went back (docs/restore.md, c)."""
    stage.until_demoted(leader)
    stage.screen.say(f"{leader.member} demoted itself", style="yellow")
    for one in PATRONIS:
        stage.also(one)
    stage.until("Patroni's end everywhere", lambda: not any(patronis(stage)))
    stage.leaders.restart()


def patronis(stage: Stage) -> Iterator[bool]:
    """Of every Patroni that was ever started, whether it lives."""
    for member in layout.MEMBERS:
        processes = stage.lab.machines[member].processes
        yield from (one.alive for one in processes if one.name == "patroni")


def until_all_is_well(stage: Stage) -> None:
    stage.until_ordered_again()
    stage.until_concluded()
    stage.until_quiet()
    stage.until_silent()
    stage.types("audit", "verify")
    stage.settle(3)


def redis_and_etcd(stage: Stage) -> None:
    """Redis is dead and etcd is restored; an operator looks, is refused by the hosts, waits for Redis, and
    lifts their fences on the record (docs/restore.md, d)."""
    age(stage)
    dead, file = Kill("redis", "redis"), str(stage.lab.folder / "by-hand.jsonl")
    stage.also(dead)
    restore(stage)
    stage.until_synchronous()
    stage.until("a leader that takes writes", lambda: patroni.leader(stage.lab.footing.rest))
    stage.types("verify", layout.CLUSTER)
    stage.types("repoint", layout.CLUSTER, "--now", "--journal", file)
    stage.heal(dead)
    stage.until("the alarm", lambda: went_back(stage), seconds=60)
    stage.mark(RESET)
    stage.types("reset-fence", layout.CLUSTER, "--all", "--why", WHY, "--yes")
    stage.types("audit", "import", file)
    until_all_is_well(stage)


def went_back(stage: Stage) -> bool:
    told = (e.facts["evidence"] for e in stage.trail.entries if e.facts["kind"] == Kind.ALARM)
    return any("went back" in str(one["reason"]) for one in told)


DISASTERS: Mapping[str, Disaster] = {
    "etcd-restored": Disaster(
        title="etcd is restored from a snapshot",
        act=etcd_restored,
        must=(
            EPOCH_WENT_BACK,
            alarm(WENT_BACK, name="that epochs went back is said, once", times=1),
            untouched_until(RESET, name="no host is touched until the operator says so"),
            TYPED_WELL,
            LIFTED,
        ),
    ),
    "redis-and-etcd": Disaster(
        title="Redis is dead and etcd is restored, and an operator mends both",
        act=redis_and_etcd,
        must=(
            EPOCH_WENT_BACK,
            alarm(WENT_BACK, name="that epochs went back is said, once", times=1),
            untouched_until(RESET, name="no host is touched until the operator says so"),
            typed("repoint"),
            LIFTED,
        ),
    ),
}

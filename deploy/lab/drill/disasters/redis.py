"""Redis dies, hangs, or is followed by a replica that lacks the newest: what pgbaton remembers there is late or gone, and nobody is moved wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deploy.lab import layout, sentinel
from deploy.lab.drill import told
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import MOVED, NOBODY_RESTARTED, ONE_INCIDENT
from deploy.lab.drill.expected.byhand import TYPED_WELL, sold_before, taken_in
from deploy.lab.drill.expected.gaps import LOST_ON_RECORD
from deploy.lab.drill.expected.timed import again_within
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import CutOff, Fault, Freeze, Kill, Switchover
from jobs.audit import Kind

AWAY_FOR = 4.0
"""Seconds for which a killed Redis is away."""

HANGS_FOR = 12.0
"""Seconds for which Redis hangs: longer than anybody's patience for one answer."""

BACK = "Redis is back"

AFTER_RETURN = 20.0
"""Seconds from Redis' return to the last host's first order, at most."""

JOURNAL = "by-hand.jsonl"


def redis_away(stage: Stage, fault: Fault, seconds: float) -> None:
    """Redis is gone from before a switchover until long after it."""
    old = stage.leader()
    stage.also(fault)
    stage.inject(Switchover(old.member))
    stage.until_writable(old)
    stage.settle(seconds)
    stage.mark(BACK)
    stage.heal(fault)
    stage.until_moved(old)
    stage.until_concluded()
    stage.until_silent()
    stage.until_quiet()
    stage.settle(3)


def redis_gone_inline(stage: Stage) -> None:
    """Redis is dead, the leader changes, and an operator moves everybody by hand; the journal is taken in
    once Redis is back."""
    old, dead = stage.leader(), Kill("redis", "redis")
    stage.also(dead)
    stage.inject(Switchover(old.member))
    stage.until_writable(old)
    file = str(stage.lab.folder / JOURNAL)
    stage.types("repoint", layout.CLUSTER, "--now", "--journal", file)
    stage.until_moved(old)
    stage.settle(AWAY_FOR)
    stage.mark(BACK)
    stage.heal(dead)
    for _ in range(2):  # the second adds nothing
        stage.types("audit", "import", file)
    stage.until_concluded()
    stage.until_silent()
    stage.until_quiet()
    stage.settle(3)


def redis_failed_over(stage: Stage) -> None:
    """The replica hears nothing any more, a failover is written to the primary alone, and the primary
    dies: Sentinel lets the replica lead, which lacks the newest entries."""
    old, deaf, dead = stage.leader(), CutOff("redis2", ("redis",)), Kill("redis", "redis")
    stage.also(deaf)
    stage.inject(Switchover(old.member))
    stage.until_moved(old)
    stage.until_concluded()
    stage.until("the newest entry to be noted in etcd", lambda: anchored(stage))
    stage.also(dead)
    stage.until("the replica to lead", lambda: replica_leads(stage), step=0.3)
    stage.heal(deaf)
    stage.heal(dead)
    stage.until("the gap to be told", lambda: gap_told(stage))
    stage.until_concluded()
    stage.until_silent()
    stage.until_quiet()
    stage.types("audit", "verify")
    stage.settle(5)


def gap_told(stage: Stage) -> bool:
    return any(entry.facts["kind"] == Kind.GAP for entry in stage.trail.entries)


def anchored(stage: Stage) -> bool:
    """Whether etcd notes an entry of the newest incident's end."""
    newest = max((one.seq for one in told.anchors(stage.lab)), default=0)
    ends = (e.seq for e in stage.trail.entries if e.facts["kind"] == Kind.CONCLUDED)
    return newest >= max(ends, default=0)


def replica_leads(stage: Stage) -> bool:
    return sentinel.leads(sentinel.watchers(stage.lab)) == sentinel.PAIR["redis2"]


def _away(title: str, fault: Callable[[], Fault], seconds: float) -> Disaster:
    return Disaster(
        title=title,
        act=lambda stage: redis_away(stage, fault(), seconds),
        must=(
            MOVED,
            ONE_INCIDENT,
            again_within(BACK, AFTER_RETURN, name="Redis' return"),
        ),
    )


DISASTERS: Mapping[str, Disaster] = {
    "redis-killed": _away(
        "Redis is killed, and a switchover comes meanwhile",
        lambda: Kill("redis", "redis"),
        AWAY_FOR,
    ),
    "redis-hung": _away(
        "Redis hangs, and a switchover comes meanwhile", lambda: Freeze("redis", "redis"), HANGS_FOR
    ),
    "redis-gone-inline": Disaster(
        title="Redis is dead, and everybody is moved by hand",
        act=redis_gone_inline,
        must=(MOVED, TYPED_WELL, sold_before(BACK), taken_in(BACK), NOBODY_RESTARTED),
    ),
    "redis-failover": Disaster(
        title="Redis fails over, and the newest entries are lost",
        act=redis_failed_over,
        must=(MOVED, LOST_ON_RECORD, TYPED_WELL),
        setting=sentinel.WATCHED,
    ),
}

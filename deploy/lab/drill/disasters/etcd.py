"""etcd is gone, for one member or for everybody."""

from __future__ import annotations

import time
from collections.abc import Mapping

from deploy.lab import layout, patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import (
    MOVED,
    NOBODY_RESTARTED,
    SAME_MEMBER,
    cause,
    untouched_since,
    verdict,
)
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import CutOff, StopEtcd
from jobs.audit import Kind
from jobs.story import CauseKind

BLIND_FOR = 8.0
"""Seconds for which etcd has no quorum after the leader has noticed: long enough to be seen by all."""

LET_IN = "the old leader reaches etcd again"


def leader_cut(stage: Stage) -> None:
    """Every packet between the leader and etcd is dropped; it demotes itself, and is let in again."""
    old = stage.leader()
    cut = CutOff(old.member, tuple(layout.ETCD))
    stage.inject(cut)
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.mark(LET_IN)
    stage.heal(cut)
    stage.until(
        f"{old.member} to follow", lambda: patroni.follows(old.member, new.member), seconds=60
    )
    stage.settle(3)


def etcd_outage(stage: Stage) -> None:
    """Two of three etcd are gone: the leader demotes itself, nobody else may lead, and it returns."""
    old, gone = stage.leader(), StopEtcd(("etcd2", "etcd3"))
    stage.inject(gone)
    stage.until("the verdict", lambda: until_unknown(stage))
    stage.until_demoted(old)
    stage.screen.say(f"{old.member} demoted itself", style="yellow")
    time.sleep(BLIND_FOR)
    stage.heal(gone)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(5)


def until_unknown(stage: Stage) -> bool:
    """Whether a verdict since the fault says that nobody can be asked."""
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    told = (f["evidence"]["verdict"] for f in later if f["kind"] == Kind.VERDICT)
    return "unknown" in told


DISASTERS: Mapping[str, Disaster] = {
    "leader-cut": Disaster(
        title="the leader is cut off from etcd",
        act=leader_cut,
        must=(
            MOVED,
            cause(CauseKind.PARTITION),
            untouched_since(LET_IN, name="its return touches no host"),
        ),
    ),
    "etcd-outage": Disaster(
        title="etcd loses its quorum",
        act=etcd_outage,
        must=(SAME_MEMBER, NOBODY_RESTARTED, verdict("unknown"), cause(CauseKind.ETCD_OUTAGE)),
    ),
}

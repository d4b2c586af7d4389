"""etcd is gone, for one member or for everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from deploy.lab import etcd, layout, patroni
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import (
    MOVED,
    NO_INCIDENT,
    NOBODY_RESTARTED,
    NOBODY_TOUCHED,
    ONE_INCIDENT,
    SAME_MEMBER,
    SAME_UNRESTARTED,
    STAYED,
    brief_incidents,
    cause,
    interrupted,
    outage,
    served_until,
    silent,
    untouched_since,
    untouched_until,
    verdict,
)
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import CutOff, Fault, Freeze, StopEtcd
from deploy.lab.setting import Setting
from jobs.audit import Kind
from jobs.story import CauseKind

BLIND_FOR = 8.0
"""Seconds for which etcd has no quorum after the leader has noticed: long enough to be seen by all."""

ONE_AWAY_FOR = 20.0
"""Seconds for which a single member is gone: Patroni's whole ttl."""

ELECTS = 20.0
"""Seconds that an incident may last which tells of etcd's own election, and nothing else."""

LET_IN = "the old leader reaches etcd again"
ALL_LET_IN = "the members reach etcd again"

FAILSAFE = Setting(inventory={"clusters": {layout.CLUSTER: {"failsafe": True}}})


def leader_cut(stage: Stage) -> None:
    """Every packet between the leader and etcd is dropped; it demotes itself, and is let in again."""
    old = stage.leader()
    cut = CutOff(old.member, tuple(layout.ETCD))
    stage.inject(cut)
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.mark(LET_IN)
    stage.heal(cut)
    stage.until(f"{old.member} to follow", lambda: patroni.follows(old.member, new.member))
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


def one_member(
    fault: Callable[[str], Fault], which: Callable[[], str] = etcd.raft_leader
) -> Callable[[Stage], None]:
    """One member of etcd is gone for a while, usually the one that the two others follow: they go on
    without it."""

    def act(stage: Stage) -> None:
        stage.inject(gone := fault(which()))
        stage.settle(ONE_AWAY_FOR)
        stage.heal(gone)
        stage.until("etcd", etcd.all_healthy, seconds=30)
        stage.until_synchronous()
        stage.until_quiet()
        stage.settle(5)

    return act


def etcd_hung(stage: Stage) -> None:
    """Two of three etcd take connections and say nothing: as without a quorum, but everybody hangs."""
    old, first = stage.leader(), etcd.raft_leader()
    second = next(name for name in layout.ETCD if name != first)
    hung = [Freeze(name, "etcd") for name in (first, second)]
    strike_all(stage, hung)
    stage.until("the verdict", lambda: until_unknown(stage))
    stage.until_demoted(old)
    stage.screen.say(f"{old.member} demoted itself", style="yellow")
    time.sleep(BLIND_FOR)
    heal_all(stage, hung)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(5)


def members_cut(stage: Stage) -> None:
    """No member of PostgreSQL reaches etcd: the leader demotes itself, and its key expires."""
    old, cuts = stage.leader(), cut_members()
    strike_all(stage, cuts)
    stage.until_demoted(old)
    stage.screen.say(f"{old.member} demoted itself", style="yellow")
    _let_in(stage, cuts)


def members_cut_failsafe(stage: Stage) -> None:
    """The same in failsafe mode: the leader asks its members, who all agree, and goes on without a key."""
    cuts = cut_members()
    strike_all(stage, cuts)
    _let_in(stage, cuts)


def _let_in(stage: Stage, cuts: Sequence[Fault]) -> None:
    """Once the key is gone and everybody saw that, the members reach etcd again, and somebody leads."""
    stage.until("the leader key to expire", lambda: stage.leaders.leader is None)
    stage.settle(BLIND_FOR)
    stage.mark(ALL_LET_IN)
    heal_all(stage, cuts)
    stage.leader()
    stage.until_concluded()
    stage.until_ordered_again()
    stage.until_synchronous()
    stage.until_quiet()
    stage.settle(5)


def cut_members() -> Sequence[Fault]:
    return [CutOff(member, tuple(layout.ETCD)) for member in layout.MEMBERS]


def strike_all(stage: Stage, faults: Sequence[Fault]) -> None:
    """Several faults as one: seconds count from the first."""
    stage.inject(faults[0])
    for fault in faults[1:]:
        stage.also(fault)


def heal_all(stage: Stage, faults: Sequence[Fault]) -> None:
    for fault in faults:
        stage.heal(fault)


def until_unknown(stage: Stage) -> bool:
    """Whether a verdict since the fault says that nobody can be asked."""
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    told = (f["evidence"]["verdict"] for f in later if f["kind"] == Kind.VERDICT)
    return "unknown" in told


NOBODY_LAGS = silent("does not follow yet", name="nobody is said not to follow")
"""A leader that was promoted anew is one that its hosts follow already."""

NOTHING = (STAYED, NOBODY_TOUCHED, NO_INCIDENT, served_until())

DISASTERS: Mapping[str, Disaster] = {
    "leader-cut": Disaster(
        title="the leader is cut off from etcd",
        act=leader_cut,
        must=(
            MOVED,
            cause(CauseKind.PARTITION),
            outage(8, 60, default=(12, 80)),
            untouched_since(LET_IN, name="its return touches no host"),
        ),
    ),
    "etcd-outage": Disaster(
        title="etcd loses its quorum",
        act=etcd_outage,
        must=(SAME_MEMBER, NOBODY_RESTARTED, verdict("unknown"), cause(CauseKind.ETCD_OUTAGE)),
    ),
    "etcd-hung": Disaster(
        title="two of three etcd hang",
        act=etcd_hung,
        must=(
            SAME_MEMBER,
            NOBODY_RESTARTED,
            NOBODY_LAGS,
            verdict("unknown"),
            cause(CauseKind.ETCD_OUTAGE),
            interrupted((8, 60)),
        ),
    ),
    "etcd-member-lost": Disaster(
        title="one etcd is gone, the one that the others follow",
        act=one_member(lambda name: StopEtcd((name,))),
        must=NOTHING,
    ),
    "etcd-member-hung": Disaster(
        title="one etcd hangs",
        act=one_member(lambda name: Freeze(name, "etcd"), etcd.raft_follower),
        must=NOTHING,
    ),
    "etcd-leader-hung": Disaster(
        title="one etcd hangs, the one that the others follow",
        act=one_member(lambda name: Freeze(name, "etcd")),
        must=(STAYED, NOBODY_RESTARTED, NOBODY_LAGS, brief_incidents(ELECTS), interrupted((0, 30))),
    ),
    "members-cut": Disaster(
        title="all members are cut off from etcd",
        act=members_cut,
        must=(
            SAME_UNRESTARTED,
            ONE_INCIDENT,
            interrupted((10, 60), default=(15, 90)),
            untouched_until(ALL_LET_IN, name="no host is touched while nobody leads"),
        ),
    ),
    "members-cut-failsafe": Disaster(
        title="all members are cut off from etcd in failsafe mode",
        act=members_cut_failsafe,
        must=(
            SAME_MEMBER,
            NOBODY_RESTARTED,
            ONE_INCIDENT,
            served_until(),
            verdict("not-yet", because="failsafe mode is on"),
            untouched_until(ALL_LET_IN, name="no host is touched while there is no key"),
        ),
        setting=FAILSAFE,
    ),
}

"""One of the hosts is in trouble while a leader changes: the others are as quick as ever, and it follows once it can."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from deploy.lab import layout
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters.storms import change
from deploy.lab.drill.expected import (
    MOVED,
    NO_INCIDENT,
    ONE_INCIDENT,
    STAYED,
    changed_leader,
)
from deploy.lab.drill.expected.hosts import (
    drift_mended,
    follows_once,
    named,
    open_until,
    others_take_orders,
    untouched_until,
)
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.stage import Stage
from deploy.lab.nemesis import Fault, LoseMachine, Switchover
from deploy.lab.nemesis.hosts import BreakService, CutLink, EditByHand, FillHost, HangSshd, TakeSudo
from deploy.lab.setting import Setting
from jobs.audit import Kind
from jobs.remote import HOLDS

BAD = "shop1"
"""The host in trouble."""

HEALED = "its healing"

QUICK = 8.0
"""Seconds from the new leader's first writable moment to the good host's first order, at most: less than
the 10 s after which a host that hangs is given up."""

LOOKS = 3
"""Seconds between two looks of the clock at the hosts' own files, where that is what is rehearsed."""


def in_trouble(trouble: Fault) -> Callable[[Stage], None]:
    """A switchover while one host is in trouble; it heals once the incident has named it."""

    def act(stage: Stage) -> None:
        old = stage.leader()
        stage.also(trouble)
        stage.inject(Switchover(old.member))
        stage.until_moved(old, but=(BAD,))
        stage.until(f"an alarm that names {BAD}", lambda: is_named(stage, BAD))
        stage.settle(2)
        stage.mark(HEALED)
        stage.heal(trouble)
        stage.until_ordered_again()
        stage.until_quiet()
        stage.settle(3)

    return act


def is_named(stage: Stage, host: str) -> bool:
    """Whether an alarm since the fault says that a host does not follow."""
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    told = (f["evidence"]["reason"] for f in later if f["kind"] == Kind.ALARM)
    return any(re.match(f"{host} does not follow yet", reason) for reason in told)


def _must(*outcomes: str, within: float) -> Sequence[Invariant]:
    """What must hold of every host in trouble: it is named with these outcomes, and follows once it can."""
    return (
        MOVED,
        ONE_INCIDENT,
        others_take_orders(QUICK, but=BAD),
        named(BAD, outcomes=outcomes),
        open_until(HEALED),
        follows_once(HEALED, BAD, within=within),
    )


def returns_late(stage: Stage) -> None:
    """A host's machine is lost before one leader and returns, with the disk it had, under the next."""
    gone = LoseMachine(BAD)
    stage.also(gone)
    change(stage, first=True)
    stage.until(f"an alarm that names {BAD}", lambda: is_named(stage, BAD), seconds=40)
    old = stage.leader()
    change(stage)
    stage.until_moved(old, but=(BAD,))
    stage.settle(2)
    stage.mark(HEALED)
    stage.heal(gone)
    stage.until_ordered_again()
    stage.until_quiet()
    stage.settle(3)


def edited(stage: Stage) -> None:
    """Somebody writes a replica's address into a host's file; the clock's next look at it finds that."""
    leader = stage.leader()
    replica = next(m for m in layout.MEMBERS if m != leader.member)
    stage.inject(EditByHand(BAD, layout.MEMBERS[replica]))
    stage.until("the drift", lambda: _drifted(stage), seconds=30)
    stage.until("the mending", lambda: _mended(stage), seconds=60)
    stage.until_ordered_again()
    stage.settle(2 * LOOKS)


def _drifted(stage: Stage) -> bool:
    return any(e.facts["kind"] == Kind.DRIFT for e in stage.trail.entries)


def _mended(stage: Stage) -> bool:
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    return any(f["kind"] == Kind.HOST and f["evidence"]["outcome"] in HOLDS for f in later)


def _disaster(title: str, trouble: Fault, must: Collection[Invariant]) -> Disaster:
    return Disaster(title=title, act=in_trouble(trouble), must=tuple(must))


DISASTERS: Mapping[str, Disaster] = {
    "host-unreachable": _disaster(
        "a host cannot be reached during a failover",
        CutLink(BAD),
        (*_must("timeout", "unreachable", within=65), untouched_until(HEALED, BAD)),
    ),
    "host-hangs": _disaster(
        "a host takes connections and never answers",
        HangSshd(BAD),
        (*_must("timeout", "protocol", within=65), untouched_until(HEALED, BAD)),
    ),
    "host-restart-fails": _disaster(
        "a host's shop does not start any more",
        BreakService(BAD),
        _must("failed", within=65),
    ),
    "host-disk-full": _disaster(
        "a host's disk is full",
        FillHost(BAD),
        (*_must("failed", within=65), untouched_until(HEALED, BAD)),
    ),
    "host-sudo-refused": _disaster(
        "sudo on a host allows pgbaton nothing any more",
        TakeSudo(BAD),
        (*_must("script", within=65), untouched_until(HEALED, BAD)),
    ),
    "host-returns-late": Disaster(
        title="a host is lost, and comes back two leaders later",
        act=returns_late,
        must=(
            changed_leader(2),
            ONE_INCIDENT,
            others_take_orders(QUICK, but=BAD),
            named(BAD, outcomes=("timeout", "unreachable")),
            open_until(HEALED),
            untouched_until(HEALED, BAD),
            follows_once(HEALED, BAD, within=65),
        ),
    ),
    "host-edited": Disaster(
        title="somebody edits a host's file by hand",
        act=edited,
        must=(STAYED, NO_INCIDENT, drift_mended(BAD, told=LOOKS + 4, within=20)),
        setting=Setting(inventory={"timing": {"drift": LOOKS}}),
    ),
}

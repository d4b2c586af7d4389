"""The disasters that concern a NodeBalancer: its check interval is changed, and Linode's API is down."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass

from deploy.lab import counter, faults, front, layout
from deploy.lab.drill.history import Leadership
from deploy.lab.drill.invariants import Checked
from deploy.lab.drill.stage import Stage
from deploy.lab.inventory import Check
from deploy.lab.process import wait_until
from jobs.audit import Kind

INTERVALS = (Check(interval=2, timeout=1), Check(interval=5), Check(interval=10))
"""What the reference architecture asks to try: "restart the check interval and observe the timing"."""

READERS = ("web", "pages", "worker-1", "worker-2", "watch", "clock", "chronicle", "probe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """One switchover under one interval: seconds from the new leader's first writable moment."""

    check: Check
    first: float
    sure: float
    behind: float
    at_leader: float


def balancer_check_interval(stage: Stage) -> tuple[Checked, ...]:
    """A switchover under each interval; the inventory says it, `pgbaton nodebalancer apply` makes it so."""
    rows = [_under(stage, check) for check in INTERVALS]
    stage.screen.table(
        "Seconds from the new leader's first writable moment, by the balancer's check interval",
        ("interval", "attempts", "first order", "every order", "shop behind it", "shop at the leader"),
        [
            (f"{r.check.interval} s", str(r.check.attempts), *_seconds(r))
            for r in rows
        ],
    )  # fmt: skip
    return (_bounded(rows),)


def _seconds(row: Redirected) -> tuple[str, ...]:
    return tuple(f"{s:.2f}" for s in (row.first, row.sure, row.behind, row.at_leader))


def _under(stage: Stage, check: Check) -> Redirected:
    stage.screen.say(f"check interval {check.interval} s, timeout {check.timeout} s", style="bold")
    change_check(stage, check)
    old = stage.leader()
    stage.until_synchronous()
    stage.inject(
        f"a planned switchover away from {old.member}",
        lambda: faults.switchover(stage.lab, old.member),
    )
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.settle(check.interval * check.attempts + 2)
    return _measured(stage, check, new)


def change_check(stage: Stage, check: Check) -> None:
    """The operator's way: edit the inventory, apply it, let every process read it anew."""
    stage.lab.rewrite(check)
    front.apply(stage.lab)
    for name in READERS:
        faults.find(stage.lab, "control", name).signal(signal.SIGHUP)
    time.sleep(1)


def _measured(stage: Stage, check: Check, new: Leadership) -> Redirected:
    writable = stage.writable.first[new.member]
    [at_leader] = [h for h in layout.SHOPS if not stage.lab.behind(h)]
    [behind] = [h for h in layout.SHOPS if stage.lab.behind(h)]
    return Redirected(
        check=check,
        first=stage.sold(counter.HOST) - writable,
        sure=stage.sure(counter.HOST) - writable,
        behind=stage.sold(behind) - writable,
        at_leader=stage.sold(at_leader) - writable,
    )


def _bounded(rows: list[Redirected]) -> Checked:
    """A new leader's check must pass twice and an old one's fail `attempts` times, so every order
    arrives after that many intervals, and a longer interval never helps."""
    told = ", ".join(f"{r.check.interval} s: {r.sure:.1f} s" for r in rows)
    late = [r for r in rows if r.sure > r.check.interval * (r.check.attempts + 1) + 3]
    return Checked(
        name="every order arrives within check_interval times check_attempts, and a little",
        held=not late,
        evidence=f"until every order arrived, by interval: {told}",
    )


def linode_down(stage: Stage) -> tuple[Checked, ...]:
    """Linode's API takes connections and never answers, from before the fault to the end."""
    stage.screen.say("Linode's API is gone from here on: it takes connections and never answers")
    front.control("/_lab/faults", {"gone": True})
    old = stage.leader()
    stage.inject(
        f"FAULT: the machine of {old.member} loses its link, then everything on it gets SIGKILL",
        lambda: faults.lose_machine(stage.lab, old.member),
    )
    new = stage.until_moved(old)
    stage.until_concluded()
    stage.settle(3)
    return (_unseen(stage, new), _still_gone())


def _unseen(stage: Stage, new: Leadership) -> Checked:
    facts = (e.facts for e in stage.trail.entries if e.facts["kind"] == Kind.BALANCER)
    notes = [
        str(f["evidence"].get("note"))
        for f in facts
        if f["evidence"]["outcome"] == "follows" and f["evidence"]["member"] == new.member
    ]
    return Checked(
        name="the incident says what could not be seen",
        held=any("node status not seen" in note for note in notes),
        evidence="; ".join(notes) or "the trail says nothing of the NodeBalancer",
    )


def _still_gone() -> Checked:
    """The drill would prove nothing if the API had answered meanwhile."""
    try:
        wait_until("Linode's API", front.api_answers, seconds=1)
    except TimeoutError:
        return Checked(name="Linode's API was down throughout", held=True, evidence="no answer")
    return Checked(name="Linode's API was down throughout", held=False, evidence="it answers")

"""The disasters that concern a NodeBalancer: its check interval, and its HAProxys."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy.lab import counter, faults, front, layout
from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.expected import NO_INCIDENT, NOBODY_TOUCHED, STAYED, alarm
from deploy.lab.drill.history import History, HostHistory, Leadership, Order
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.stage import Stage
from deploy.lab.inventory import Check
from deploy.lab.nemesis import Kill, Switchover
from deploy.lab.setting import Setting
from jobs.audit import Kind
from jobs.story import Episode, episodes, fact_of

INTERVALS = (Check(interval=2, timeout=1), Check(interval=5), Check(interval=10))
"""What the reference architecture asks to try: "restart the check interval and observe the timing"."""

READERS = ("web", "pages", "worker-1", "worker-2", "watch", "clock", "chronicle", "probe")


def balancer_check_interval(stage: Stage) -> None:
    """A switchover under each interval; the inventory says it, `pgbaton nodebalancer apply` makes it so."""
    for check in INTERVALS:
        stage.screen.say(f"check interval {check.interval} s", style="bold")
        change_check(stage, check)
        old = stage.leader()
        stage.until_synchronous()
        stage.mark(_name(check))
        stage.inject(Switchover(old.member))
        stage.until_moved(old)
        stage.until_concluded()
        stage.settle(check.interval * check.attempts + 2)
    stage.mark("over")


def change_check(stage: Stage, check: Check) -> None:
    """The operator's way: edit the inventory, apply it, let every process read it anew."""
    stage.lab.rewrite(check)
    front.apply(stage.lab)
    for name in READERS:
        faults.find(stage.lab, "control", name).signal(signal.SIGHUP)
    time.sleep(1)


def _name(check: Check) -> str:
    return f"interval {check.interval} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """One switchover under one interval: seconds from the new leader's first writable moment to the first
    order through the balancer, until every one arrived, and to each shop's first."""

    check: Check
    first: float
    sure: float
    shops: Mapping[str, float]


def redirected(history: History) -> Iterator[Redirected]:
    """What each interval came to, as far as the drill came."""
    ends = [*history.marks.values()][1:]
    for check, ending in zip(INTERVALS, ends, strict=False):
        began = history.marks[_name(check)]
        led = [one for one in history.leaderships if began < one.since < ending]
        if led and (at := _writable(history, led[-1])) is not None:
            orders = [o for o in history.orders if at < o.ended < ending]
            yield _redirected(check, led[-1], orders, writable=at)


def _writable(history: History, leader: Leadership) -> float | None:
    mine = (w for w in history.writing if w.member == leader.member and w.until > leader.since)
    return next((max(one.since, leader.since) for one in mine), None)


def _redirected(
    check: Check, leader: Leadership, orders: Sequence[Order], *, writable: float
) -> Redirected:
    first = _first(orders, leader, counter.HOST)
    late = (o.ended for o in orders if o.host == counter.HOST and o.result != "acknowledged")
    return Redirected(
        check=check,
        first=first - writable,
        sure=max(late, default=first) - writable,
        shops={host: _first(orders, leader, host) - writable for host in layout.SHOPS},
    )


def _first(orders: Sequence[Order], leader: Leadership, host: str) -> float:
    """When a host's first order was acknowledged by a leader; never is infinity."""
    mine = (o for o in orders if o.host == host and o.result == "acknowledged")
    return min((o.ended for o in mine if o.member == leader.address), default=math.inf)


def show_intervals(history: History, screen: Screen) -> None:
    """The reference architecture's own question, answered side by side."""
    screen.table(
        "Seconds from the new leader's first writable moment, by the balancer's check interval",
        ("interval", "attempts", "first order", "every order", *map(_shop, history.hosts)),
        [
            (
                f"{row.check.interval} s",
                str(row.check.attempts),
                *(f"{s:.2f}" for s in (row.first, row.sure, *row.shops.values())),
            )
            for row in redirected(history)
        ],
    )


def _shop(host: HostHistory) -> str:
    return "shop behind it" if host.behind else "shop at the leader"


def _late(history: History) -> Iterator[str]:
    """A new leader's check must pass twice and an old one's fail `attempts` times, so every order
    arrives after that many intervals, and a longer interval never helps."""
    rows = list(redirected(history))
    if len(rows) < len(INTERVALS):
        yield f"only {len(rows)} intervals were tried to the end"
    for row in rows:
        if row.sure > row.check.interval * (row.check.attempts + 1) + 3:
            yield f"{_name(row.check)}: {row.sure:.1f} s until every order arrived"


def _rows(history: History) -> str:
    told = (f"{r.check.interval} s: {r.first:.1f}, {r.sure:.1f} s" for r in redirected(history))
    return f"until the first, and until every order arrived, by interval: {'; '.join(told)}"


BOUNDED = Invariant(
    "every order arrives within check_interval times check_attempts, and a little", _late, _rows
)


def balancer_only(stage: Stage) -> None:
    """The leader's HAProxy dies: nobody gets in through the NodeBalancer, and nobody else leads."""
    dead = Kill(stage.leader().member, "mux")
    stage.inject(dead)
    stage.until("the alarm", lambda: _of(stage, Kind.ALARM))
    stage.heal(dead)
    stage.until_ordered_again()
    stage.until("the balancer to follow", lambda: "follows" in _of(stage, Kind.BALANCER)[-1:])
    stage.settle(3)


def _of(stage: Stage, kind: Kind) -> list[str]:
    """What the trail says of the NodeBalancer since the fault: outcomes, or an alarm's words."""
    later = (e.facts for e in stage.trail.entries if e.at / 1e6 > stage.fault)
    told = (f["evidence"] for f in later if f["kind"] == kind)
    return [str(one.get("outcome") or one["reason"]) for one in told]


def _episodes(history: History) -> Sequence[Episode]:
    return episodes([fact_of(entry) for entry in history.entries])


def _unended(history: History) -> Iterator[str]:
    found = _episodes(history)
    if [(one.balancer, one.ended is None) for one in found] != [(layout.BALANCER, False)]:
        yield f"{len(found)} episodes: {found}"


EPISODE = Invariant(
    "one episode in peace tells of the NodeBalancer, and it is over",
    _unended,
    lambda history: f"{len(_episodes(history))} episode, ended",
)

FRONT = Setting(endpoint="both")

DISASTERS: Mapping[str, Disaster] = {
    "balancer-check-interval": Disaster(
        title="the balancer's check interval is changed: how long does it take to redirect?",
        act=balancer_check_interval,
        must=(BOUNDED,),
        setting=FRONT,
        shows=show_intervals,
    ),
    "balancer-only": Disaster(
        title="the leader's HAProxy dies, and nothing else",
        act=balancer_only,
        must=(
            STAYED,
            NOBODY_TOUCHED,
            NO_INCIDENT,
            alarm(
                f"^NodeBalancer {layout.BALANCER}",
                name="the alarm names the NodeBalancer",
            ),
            EPISODE,
        ),
        setting=FRONT,
    ),
}

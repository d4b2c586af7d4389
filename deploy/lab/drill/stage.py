"""Where a scenario plays: the lab, the observers, and how one waits for what must follow."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from deploy.lab import counter, layout, patroni
from deploy.lab.drill.history import Leadership, Order
from deploy.lab.drill.hostwatch import FenceWatch, journal, read_orders
from deploy.lab.drill.leadership import LeaderWatch
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.search import ProcessWatch
from deploy.lab.drill.trailwatch import TrailWatch, watch_trail
from deploy.lab.drill.writable import WritableWatch
from deploy.lab.lab import Lab
from deploy.lab.process import wait_until


@dataclass(slots=True, kw_only=True)
class Stage:
    """A lab that is up, under observation. `patience` (seconds) bounds every wait; `risen` as
    History has it."""

    lab: Lab
    screen: Screen
    leaders: LeaderWatch
    writable: WritableWatch
    fences: FenceWatch
    processes: ProcessWatch
    trail: TrailWatch
    patience: float
    fault: float = math.inf
    risen: float = 0.0

    def observe(self) -> None:
        """The lab has risen: ask PostgreSQL too, from now on."""
        self.writable.start()

    def leader(self) -> Leadership:
        """Who leads now; TimeoutError where nobody does for long."""
        wait_until("a leader", lambda: self.leaders.leader, seconds=self.patience)
        leader = self.leaders.leader
        assert leader is not None
        return leader

    def inject(self, text: str, fault: Callable[[], None]) -> None:
        """The fault itself; from now on seconds count from here."""
        self.writable.forget()
        self.fault = self.screen.fault = time.time()
        self.screen.say(text, style="bold yellow", at=self.fault)
        fault()

    def until_moved(self, old: Leadership) -> Leadership:
        """Wait until another member leads and every managed host takes orders by it."""
        self.until_writable(old)
        for host in layout.SHOPS:
            self._until(f"an order at {host}", partial(self._sold, host))
            self.screen.say(f"{host} takes orders", style="green", at=self._sold(host))
        self.until_counted()
        return self.leader()

    def until_ordered_again(self) -> None:
        """Wait until every managed host takes orders that were sent from now on."""
        since = time.time()
        for host in layout.SHOPS:
            self._until(f"an order at {host}", partial(self._ordered, host, "acknowledged", since))
            self.screen.say(f"{host} takes orders", style="green")

    def until_failed(self) -> None:
        """Wait until customers notice the fault."""
        for host in layout.SHOPS:
            self._until(
                f"a lost order at {host}", partial(self._ordered, host, "failed", self.fault)
            )

    def until_demoted(self, leader: Leadership) -> None:
        """Wait until a leader takes no writes any more."""
        body = partial(self.lab.footing.rest, leader.member)
        self._until(f"{leader.member} to demote itself", lambda: body().get("role") == "replica")

    def until_quiet(self) -> None:
        """Wait until no incident is open."""
        self._until("every incident's end", lambda: not self.trail.open())

    def until_counted(self) -> None:
        """Wait until somebody orders through the NodeBalancer over a fresh connection."""
        if self.lab.balanced:
            self._until("an order at the counter", partial(self._sold, counter.HOST))
            text = "a fresh connection through the NodeBalancer takes orders"
            self.screen.say(text, style="green", at=self._sold(counter.HOST))

    def until_writable(self, old: Leadership) -> Leadership:
        """Wait until another leadership's member takes writes."""
        self._until("a new leader", lambda: self.leaders.after(old.epoch) is not None)
        new = self.leader()
        self._until(f"{new.member} to take writes", lambda: new.member in self.writable.first)
        self.screen.say(f"{new.member} takes writes", at=self.writable.first[new.member])
        return new

    def until_told(self, leader: Leadership) -> None:
        """Wait until the trail tells that every managed host holds the leader's fence."""
        for host in layout.SHOPS:
            self._until(f"{host} in the trail", partial(self.trail.holds, host, leader))

    def until_concluded(self) -> None:
        """Wait until the trail says that every host holds the newest epoch."""
        self._until("the incident's end", lambda: self.trail.concluded(self.leader().epoch))

    def peace(self, seconds: float) -> None:
        """Let customers order for a while, so that there is something to lose."""
        for host in layout.SHOPS:
            self._until(f"an order at {host}", partial(self._sold, host))
        time.sleep(seconds)

    def settle(self, seconds: float) -> None:
        """Leave time for whatever should not happen any more."""
        self.screen.say(f"watching {seconds:g} s longer for what should not happen", style="dim")
        time.sleep(seconds)

    def until_synchronous(self) -> None:
        """Wait until somebody could lead without losing an order."""
        self._until("a synchronous replica", partial(patroni.synchronous, self.lab.footing.rest))

    def sold(self, host: str) -> float:
        """When a host's first order was acknowledged by the leader of now."""
        at = self._sold(host)
        assert at is not None
        return at

    def sure(self, host: str) -> float:
        """From when on every order of a host was acknowledged."""
        leader = self.leader()
        mine = (o for o in read_orders(self.lab.history_file) if o.host == host)
        failed = (o.ended for o in mine if o.result != "acknowledged" and o.ended > leader.since)
        return max(failed, default=self.sold(host))

    def _ordered(self, host: str, result: str, since: float) -> bool:
        mine = (o for o in read_orders(self.lab.history_file) if o.host == host)
        return any(o.result == result and o.sent > since for o in mine)

    def _sold(self, host: str) -> float | None:
        leader = self.leaders.leader
        if leader is None:
            return None
        mine = (o for o in read_orders(self.lab.history_file) if _sold_by(o, leader, host))
        return min((o.ended for o in mine), default=None)

    def _until(self, what: str, done: Callable[[], object]) -> None:
        wait_until(what, done, seconds=self.patience, step=0.1)


def _sold_by(order: Order, leader: Leadership, host: str) -> bool:
    return (
        order.host == host
        and order.result == "acknowledged"
        and order.member == leader.address
        and order.ended > leader.since
    )


def set_stage(lab: Lab, screen: Screen, *, patience: float) -> Stage:
    """A stage before the lab's rise; its observers wait for what they observe, but for the one that
    `observe` starts. Call both from a thread on the operator's network."""
    assert lab.secrets.patroni.probe is not None
    stage = Stage(
        lab=lab,
        screen=screen,
        leaders=LeaderWatch(connection=lab.footing.etcd, changed=lambda one: _told(screen, one)),
        writable=WritableWatch(password=lab.secrets.patroni.probe),
        fences=FenceWatch(journals={name: journal(lab, name) for name in layout.SHOPS}),
        processes=ProcessWatch(),
        trail=watch_trail(lab, screen.entry),
        patience=patience,
    )
    for observer in (stage.leaders, stage.fences, stage.processes, stage.trail):
        observer.start()
    return stage


def _told(screen: Screen, one: Leadership) -> None:
    if one.until is None:
        screen.say(f"etcd: {one.member} holds the leader key, epoch {one.epoch}", at=one.since)
    else:
        screen.say(f"etcd: the leader key of {one.member} is gone", at=one.until)

"""Where a scenario plays: the lab, the observers, and how one waits for what must follow."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from deploy.lab import counter, keyboard, layout, patroni
from deploy.lab.drill.history import Injected, Leadership, Leap, Typed
from deploy.lab.drill.hostwatch import FenceWatch, journal
from deploy.lab.drill.leadership import LeaderWatch
from deploy.lab.drill.orderbook import OrderBook
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.search import ProcessWatch
from deploy.lab.drill.trailwatch import TrailWatch, watch_trail
from deploy.lab.drill.writable import WritableWatch
from deploy.lab.lab import Lab
from deploy.lab.nemesis.fault import Fault, struck_by
from deploy.lab.nemesis.stores import PassTime
from deploy.lab.process import wait_for, wait_until


@dataclass(slots=True, kw_only=True)
class Stage:
    """A lab that is up, under observation. `patience` (seconds) bounds every wait; `risen`, `injected`,
    `marks`, `typed` and `leap` as History has them."""

    lab: Lab
    screen: Screen
    leaders: LeaderWatch
    writable: WritableWatch
    fences: FenceWatch
    processes: ProcessWatch
    trail: TrailWatch
    orders: OrderBook
    patience: float
    neighbours: Mapping[str, LeaderWatch] = field(default_factory=dict)
    fault: float = math.inf
    risen: float = 0.0
    injected: list[Injected] = field(default_factory=list)
    marks: dict[str, float] = field(default_factory=dict)
    typed: list[Typed] = field(default_factory=list)
    leap: Leap = field(default_factory=Leap)

    def observe(self) -> None:
        """The lab has risen: ask PostgreSQL too, from now on."""
        self.writable.start()

    def leader(self) -> Leadership:
        """Who leads now; TimeoutError where nobody does for long."""
        return wait_for("a leader", lambda: self.leaders.leader, seconds=self.patience)

    def inject(self, fault: Fault) -> None:
        """Let a fault strike; from now on seconds count from here."""
        self.writable.forget()
        self.fault = self.screen.fault = time.time()
        self.also(fault)

    def also(self, fault: Fault) -> None:
        """Let a further fault strike; seconds go on counting from the one before."""
        now = time.time()
        self.screen.say(f"FAULT: {fault.title}", style="bold yellow", at=now)
        name, on = type(fault).__name__, struck_by(fault)
        self.injected.append(Injected(fault=name, title=fault.title, at=now, on=on))
        fault.inject(self.lab)

    def pass_time(self, seconds: int) -> None:
        """Let so much time pass at once by the clock that incidents are counted by. Once a drill."""
        self.leap = Leap(at=time.time(), seconds=seconds)
        self.also(PassTime(seconds))

    def heal(self, fault: Fault) -> None:
        """End a fault: what it took returns."""
        self.screen.say(fault.healed, style="yellow")
        at = time.time()  # whoever waited for it may be there before this thread goes on
        fault.heal(self.lab)
        self.injected = [
            replace(one, healed=at) if one.title == fault.title and not one.healed else one
            for one in self.injected
        ]

    def since(self, instant: float) -> float:
        """Seconds from an instant of the history to now."""
        return time.time() - instant

    def mark(self, name: str) -> None:
        """Give this instant a name, by which what must hold from here on is decided afterwards."""
        self.marks[name] = time.time()

    def types(self, *words: str) -> None:
        """An operator types `pgbaton WORDS`; what it came to is decided from the history."""
        at = time.time()
        self.screen.say(f"typed: pgbaton {' '.join(words)}", style="bold")
        done = keyboard.pgbaton(self.lab, words)
        said = done.stdout + done.stderr
        self.typed.append(Typed(words=words, at=at, code=done.returncode, said=said))
        for line in said.splitlines():
            self.screen.say(line, style="dim")

    def until_moved(self, old: Leadership, *, but: Collection[str] = ()) -> Leadership:
        """Wait until another member leads and every managed host, `but` for some, takes orders by it."""
        self.until_writable(old)
        for host in (host for host in layout.SHOPS if host not in but):
            self.until(f"an order at {host}", partial(self._sold, host))
            self.screen.say(f"{host} takes orders", style="green", at=self._sold(host))
        self.until_counted()
        return self.leader()

    def until_ordered_again(self) -> None:
        """Wait until every managed host takes orders that were sent from now on."""
        since = time.time()
        for host in layout.SHOPS:
            self.until(f"an order at {host}", partial(self._ordered, host, "acknowledged", since))
            self.screen.say(f"{host} takes orders", style="green")

    def until_failed(self) -> None:
        """Wait until customers notice the fault."""
        for host in layout.SHOPS:
            self.until(
                f"a lost order at {host}", partial(self._ordered, host, "failed", self.fault)
            )

    def until_demoted(self, leader: Leadership) -> None:
        """Wait until a leader takes no writes any more."""
        body = partial(self.lab.footing.rest, leader.member)
        self.until(f"{leader.member} to demote itself", lambda: body().get("role") == "replica")

    def until_follows(self, member: str, leader: Leadership) -> None:
        """Wait until a member that led follows another."""
        follows = partial(patroni.follows, member, leader.member, self.lab.footing.rest)
        self.until(f"{member} to follow", follows)

    def until_quiet(self) -> None:
        """Wait until no incident is open."""
        self.until("every incident's end", lambda: not self.trail.open())

    def until_silent(self) -> None:
        """Wait until no hook keeps an event that it has not told yet."""
        spools = [self.lab.folder / member / "spool" for member in layout.MEMBERS]
        self.until("the hooks' spools", lambda: not any(_waiting(one) for one in spools))

    def until_counted(self) -> None:
        """Wait until somebody orders through the NodeBalancer over a fresh connection."""
        if self.lab.balanced:
            self.until("an order at the counter", partial(self._sold, counter.HOST))
            text = "a fresh connection through the NodeBalancer takes orders"
            self.screen.say(text, style="green", at=self._sold(counter.HOST))

    def until_writable(self, old: Leadership) -> Leadership:
        """Wait until another leadership's member takes writes."""
        self.until("a new leader", lambda: self.leaders.after(old.epoch) is not None)
        new = self.leader()
        self.until(f"{new.member} to take writes", lambda: new.member in self.writable.first)
        self.screen.say(f"{new.member} takes writes", at=self.writable.first[new.member])
        return new

    def until_told(self, leader: Leadership) -> None:
        """Wait until the trail tells that every managed host holds the leader's fence."""
        for host in self.lab.hosts_of(layout.CLUSTER):
            self.until(f"{host} in the trail", partial(self.trail.holds, host, leader))

    def until_concluded(self) -> None:
        """Wait until the trail says that every host holds the newest epoch."""
        self.until("the incident's end", lambda: self.trail.concluded(self.leader().epoch))

    def peace(self, seconds: float) -> None:
        """Let customers order for a while, so that there is something to lose."""
        for host in layout.SHOPS:
            self.until(f"an order at {host}", partial(self._sold, host))
        time.sleep(seconds)

    def settle(self, seconds: float) -> None:
        """Leave time for whatever should not happen any more."""
        self.screen.say(f"watching {seconds:g} s longer for what should not happen", style="dim")
        time.sleep(seconds)

    def until_synchronous(self) -> None:
        """Wait until somebody could lead without losing an order."""
        self.until("a synchronous replica", partial(patroni.synchronous, self.lab.footing.rest))

    def sold(self, host: str) -> float:
        """When a host's first order was acknowledged by the leader of now."""
        at = self._sold(host)
        assert at is not None
        return at

    def _ordered(self, host: str, result: str, since: float) -> bool:
        return self.orders.ended(host, result, since=since)

    def _sold(self, host: str) -> float | None:
        leader = self.leaders.leader
        return None if leader is None else self.orders.sold(host, leader)

    def until(
        self,
        what: str,
        done: Callable[[], object],
        *,
        seconds: float | None = None,
        step: float = 0.1,
    ) -> None:
        """Wait for anything, for `seconds` or as long as patience lasts."""
        wait_until(what, done, seconds=seconds or self.patience, step=step)


def _waiting(spool: Path) -> bool:
    return any(spool.glob("[0-9]*.json"))


def set_stage(lab: Lab, screen: Screen, *, patience: float) -> Stage:
    """A stage before the lab's rise; its observers wait for what they observe, but for the one that
    `observe` starts. Call both from a thread on the operator's network."""
    assert lab.secrets.patroni.probe is not None
    stage = Stage(
        lab=lab,
        screen=screen,
        leaders=LeaderWatch(
            connections=[partial(lab.footing.etcd, name) for name in layout.ETCD],
            changed=lambda one: _told(screen, one),
        ),
        writable=WritableWatch(password=lab.secrets.patroni.probe),
        fences=FenceWatch(journals={name: journal(lab, name) for name in lab.hosts}),
        processes=ProcessWatch(),
        trail=watch_trail(lab, screen.entry),
        orders=OrderBook(lab.history_file),
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

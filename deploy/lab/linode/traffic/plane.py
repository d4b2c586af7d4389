"""The data planes of all NodeBalancers: one thread lets each HAProxy follow what the API was told."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.linode.account.world import World
from deploy.lab.linode.traffic.layout import Layout, Manner, layout, server_name
from deploy.lab.linode.traffic.proxy import Proxy, ProxyFailed

AGAIN_AFTER = 1.0


@dataclass(slots=True)
class Follower:
    """One NodeBalancer's HAProxy, and how far it has come."""

    proxy: Proxy
    wanted: Layout | None = None
    tried: float = 0.0
    problem: str | None = None

    def follow(self, wanted: Layout) -> None:
        """Do what is wanted if that is news, and again after a second where it failed."""
        healthy = self.problem is None and not self.proxy.died
        due = not healthy and time.monotonic() > self.tried + AGAIN_AFTER
        if wanted != self.wanted or due:
            self.wanted, self.tried = wanted, time.monotonic()
            self.problem = self._attempt(wanted)

    def _attempt(self, wanted: Layout) -> str | None:
        try:
            self.proxy.follow(wanted)
        except (ProxyFailed, OSError) as failure:
            return str(failure)
        return None


@dataclass(slots=True, kw_only=True)
class Plane:
    """`every`: seconds between looks at the statuses, which Linode "updates periodically"."""

    world: World
    program: Path
    folder: Path
    manner: Manner = field(default_factory=Manner)
    every: float = 0.2
    _followers: dict[int, Follower] = field(default_factory=dict)
    _woken: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self.world.changed = self._woken.set
        self._thread = threading.Thread(target=self._run, name="data plane", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every HAProxy, then the thread."""
        self._over.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def problem(self, balancer: int) -> str | None:
        """Why a NodeBalancer's traffic does not follow; None where it does, or has none."""
        follower = self._followers.get(balancer)
        return None if follower is None else follower.problem

    def _run(self) -> None:
        while not self._over.is_set():
            self._follow()
            self._look()
            self._woken.wait(min(self.every, self.world.modes.next_due() or self.every))
            self._woken.clear()
        for balancer in list(self._followers):
            self._drop(balancer)

    def _follow(self) -> None:
        wanted = self._wanted()
        for balancer in self._followers.keys() - wanted.keys():
            self._drop(balancer)
        for balancer, one in wanted.items():
            if balancer not in self._followers:
                proxy = Proxy(self.program, self.folder / str(balancer))
                self._followers[balancer] = Follower(proxy)
            self._followers[balancer].follow(one)

    def _wanted(self) -> dict[int, Layout]:
        with self.world.lock:
            found = [
                (row["id"], layout(self.world, row, self.manner)) for row in self.world.balancers
            ]
        return {balancer: one for balancer, one in found if one is not None}

    def _drop(self, balancer: int) -> None:
        self._followers.pop(balancer).proxy.stop()

    def _look(self) -> None:
        """Statuses as HAProxy says them; while it says nothing, the last ones hold."""
        for follower in self._followers.values():
            with suppress(OSError):
                self._tell(follower.proxy.statuses(), follower.wanted)

    def _tell(self, statuses: dict[int, str], followed: Layout | None) -> None:
        """Of a node that moved meanwhile, what is said is of the old address."""
        servers = {} if followed is None else followed.servers
        with self.world.lock:
            for node in self.world.nodes:
                if node["id"] in statuses and servers.get(server_name(node)) == node["address"]:
                    self.world.statuses[node["id"]] = statuses[node["id"]]

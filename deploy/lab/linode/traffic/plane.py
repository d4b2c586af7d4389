"""The data planes of all NodeBalancers: one thread lets each HAProxy follow what the API was told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab.linode.account.world import World
from deploy.lab.linode.traffic.layout import Layout, Manner, layout
from deploy.lab.linode.traffic.proxy import Proxy, ProxyFailed

FAILURES = (ProxyFailed, OSError)


@dataclass(slots=True, kw_only=True)
class Plane:
    """`every`: seconds between looks at the statuses, which Linode "updates periodically".
    `problems` says by NodeBalancer's id why its traffic does not follow."""

    world: World
    program: Path
    folder: Path
    manner: Manner = field(default_factory=Manner)
    every: float = 0.2
    problems: dict[int, str] = field(default_factory=dict)
    _proxies: dict[int, Proxy] = field(default_factory=dict)
    _followed: dict[int, Layout] = field(default_factory=dict)
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

    def _run(self) -> None:
        while not self._over.is_set():
            self._follow()
            self._look()
            self._woken.wait(min(self.every, self.world.modes.next_due() or self.every))
            self._woken.clear()
        for balancer in list(self._proxies):
            self._drop(balancer)

    def _follow(self) -> None:
        with self.world.lock:
            found = {
                row["id"]: layout(self.world, row, self.manner) for row in self.world.balancers
            }
        wanted = {balancer: one for balancer, one in found.items() if one is not None}
        for balancer in self._proxies.keys() - wanted.keys():
            self._drop(balancer)
        for balancer, one in wanted.items():
            if self._followed.get(balancer) != one or self._proxies[balancer].died:
                self._change(balancer, one)

    def _change(self, balancer: int, wanted: Layout) -> None:
        proxy = self._proxies.setdefault(balancer, Proxy(self.program, self.folder / str(balancer)))
        self._followed[balancer] = wanted
        try:
            proxy.follow(wanted)
            self.problems.pop(balancer, None)
        except FAILURES as failure:
            self.problems[balancer] = str(failure)

    def _drop(self, balancer: int) -> None:
        self._proxies.pop(balancer).stop()
        self._followed.pop(balancer, None)
        self.problems.pop(balancer, None)

    def _look(self) -> None:
        for balancer, proxy in self._proxies.items():
            try:
                self._tell(proxy.statuses())
            except OSError as failure:
                self.problems.setdefault(balancer, f"HAProxy does not say how it fares: {failure}")

    def _tell(self, statuses: dict[int, str]) -> None:
        with self.world.lock:
            known = {node["id"] for node in self.world.nodes}
            self.world.statuses.update({n: s for n, s in statuses.items() if n in known})

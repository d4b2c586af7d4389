"""Connections to hosts before anybody needs them: without it every failover would begin with handshakes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jobs.inventory import Host, Inventory
from workers.fleet import ThreadFleet
from workers.ssh.failures import FAILURES, translate
from workers.ssh.keys import BadKeyError
from workers.ssh.readiness import Readiness
from workers.ssh.rests import Rests
from workers.ssh.rounds import Rounds
from workers.ssh.sessions import Sessions, place_of

WITHIN = 10.0
"""Seconds for one handshake."""

WIDTH = 4
"""Handshakes at once: each computes, and a failover must not wait for the processor."""

IDLE = 60.0
"""Seconds after which a connection that is none of the kept ones is closed, if nobody used it."""


def wanted(inventory: Inventory) -> Mapping[str, Host]:
    """The hosts that some cluster's applications run on, by name, as many as are to be kept warm."""
    used = {host for cluster in inventory.clusters for host in inventory.hosts_of(cluster)}
    return {name: inventory.host_at(name) for name in sorted(used)[: inventory.ssh.warm]}


@dataclass(slots=True, kw_only=True)
class Warmth:
    """Keeps one connection to each of `hosts`, from a daemon thread, until it is closed, and where there
    is `readiness`, a script over it. A lost one is made again within seconds; `busy` says whether a job
    runs, which is left its processor."""

    sessions: Sessions
    hosts: Mapping[str, Host]
    busy: Callable[[], bool]
    readiness: Readiness | None = None
    clock: Callable[[], float] = time.monotonic
    idle: float = IDLE
    _rounds: Rounds = field(init=False)
    _rests: Rests = field(init=False)

    def __post_init__(self) -> None:
        self._rounds = Rounds(name="warmth", look=self.look, busy=self.busy)
        self._rests = Rests(lost="host.cold", found="host.warm", clock=self.clock)

    def start(self) -> None:
        """Begin. Where nobody is to be kept warm, what jobs left open is closed all the same."""
        self._rounds.start()
        if self.readiness is not None:
            self.readiness.rounds.start()

    def close(self) -> None:
        """No further handshakes; connections are the sessions' own to close."""
        self._rounds.close()
        if self.readiness is not None:
            self.readiness.rounds.close()

    def look(self) -> None:
        """Connect to whom no connection leads, a few at once; close what is not wanted any more."""
        places = {place_of(host) for host in self.hosts.values()}
        self.sessions.keep_only(places, idle=self.idle)
        lacking = [name for name, host in self.hosts.items() if self.sessions.seen(host) is None]
        for _ in ThreadFleet(width=WIDTH).each(self._rests.due(lacking), self._connect):
            pass

    def _connect(self, name: str) -> None:
        if self._rounds.over.is_set() or self.busy():
            return
        host = self.hosts[name]
        try:
            deadline = time.monotonic() + WITHIN
            self.sessions.put(host, self.sessions.fresh(host, deadline=deadline))
        except BadKeyError as error:
            self._rests.failed(name, reason=str(error), remedy="")
        except FAILURES as error:
            failure = translate(error, host)
            self._rests.failed(name, reason=failure.reason, remedy=failure.remedy)
        else:
            self._rests.over(name)
            if self.readiness is not None:
                self.readiness.rounds.hurry.set()

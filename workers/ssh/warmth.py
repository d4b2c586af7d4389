"""Connections to hosts before anybody needs them: without it every failover would begin with handshakes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import structlog
from paramiko import SSHException

from jobs.inventory import Host, Inventory
from workers.fleet import ThreadFleet
from workers.ssh.failures import CutOffError, DeadlineError, HostKeyError, translate
from workers.ssh.keys import BadKeyError
from workers.ssh.sessions import Sessions, place_of

EVERY = 5.0
"""Seconds between two looks at what is connected."""

WITHIN = 10.0
"""Seconds for one handshake."""

WIDTH = 4
"""Handshakes at once: each computes, and a failover must not wait for the processor."""

IDLE = 60.0
"""Seconds after which a connection that is none of the kept ones is closed, if nobody used it."""

RESTS = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Seconds until a host that could not be reached is tried again; the last one from then on."""

_FAILURES = (BadKeyError, CutOffError, DeadlineError, EOFError, HostKeyError, OSError, SSHException)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cold:
    """A host that could not be reached so many times in a row, and when it is tried again."""

    failures: int
    until: float


def wanted(inventory: Inventory) -> Mapping[str, Host]:
    """The hosts that some cluster's applications run on, by name, as many as are to be kept warm."""
    used = {host for cluster in inventory.clusters for host in inventory.hosts_of(cluster)}
    return {name: inventory.host_at(name) for name in sorted(used)[: inventory.ssh.warm]}


def rest_after(failures: int) -> float:
    """Seconds of rest after so many failures in a row."""
    return RESTS[min(failures, len(RESTS)) - 1]


def due(names: Iterable[str], cold: Mapping[str, Cold], *, now: float) -> list[str]:
    """Those that may be tried now."""
    return [name for name in names if name not in cold or cold[name].until <= now]


@dataclass(slots=True, kw_only=True)
class Warmth:
    """Keeps one connection to each of `hosts`, from a daemon thread, until it is closed. A lost one is
    made again within EVERY seconds; `busy` says whether a job runs, which is left its processor."""

    sessions: Sessions
    hosts: Mapping[str, Host]
    busy: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    idle: float = IDLE
    _cold: dict[str, Cold] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin. Where nobody is to be kept warm, what jobs left open is closed all the same."""
        threading.Thread(target=self._run, daemon=True, name="warmth").start()

    def close(self) -> None:
        """No further handshakes; connections are the sessions' own to close."""
        self._over.set()

    def look(self) -> None:
        """Connect to whom no connection leads, a few at once; close what is not wanted any more."""
        places = {place_of(host) for host in self.hosts.values()}
        self.sessions.keep_only(places, idle=self.idle)
        lacking = [name for name, host in self.hosts.items() if not self.sessions.leads_to(host)]
        for _ in ThreadFleet(width=WIDTH).each(
            due(lacking, self._cold, now=self.clock()), self._connect
        ):
            pass

    def _run(self) -> None:
        while True:
            if not self.busy():
                self.look()
            if self._over.wait(EVERY):
                return

    def _connect(self, name: str) -> None:
        if self._over.is_set() or self.busy():
            return
        host = self.hosts[name]
        try:
            deadline = time.monotonic() + WITHIN
            self.sessions.put(host, self.sessions.fresh(host, deadline=deadline))
        except _FAILURES as error:
            self._failed(name, error)
        else:
            if self._cold.pop(name, None) is not None:
                log.info("host.warm", host=name)

    def _failed(self, name: str, error: Exception) -> None:
        """Said once, until it is warm again: the next failover would say it anyway."""
        before = self._cold.get(name)
        failures = before.failures + 1 if before is not None else 1
        self._cold[name] = Cold(failures, self.clock() + rest_after(failures))
        if before is None:
            told = None if isinstance(error, BadKeyError) else translate(error, self.hosts[name])
            reason, remedy = (str(error), "") if told is None else (told.reason, told.remedy)
            log.warning("host.cold", host=name, reason=reason, remedy=remedy)

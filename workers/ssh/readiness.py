"""Which hosts have a script that waits: without it nobody would start the next one, or leave a host alone that ends them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jobs.inventory import Host
from jobs.remote import HostFailure
from workers.fleet import ThreadFleet
from workers.ssh.failures import FAILURES, OneChannelError, translate
from workers.ssh.invocation import no_answer
from workers.ssh.ready import Ready, ReadyScripts, Slot
from workers.ssh.rests import Rests
from workers.ssh.rounds import Rounds
from workers.ssh.sessions import Sessions

WITHIN = 10.0
"""Seconds for one start."""

WIDTH = 4
"""Starts at once: many workers may share a host, and a failover must not wait for its processor."""

STEADY = 60.0
"""Seconds that a script must have waited, or its host is no place to wait."""


@dataclass(slots=True, kw_only=True)
class Readiness:
    """Keeps a script ready on each of `hosts` that a live connection leads to, from a daemon thread,
    until it is closed. A used one is made anew within some seconds, not while `busy`."""

    sessions: Sessions
    scripts: ReadyScripts
    hosts: Mapping[str, Host]
    busy: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic
    rounds: Rounds = field(init=False)
    _rests: Rests = field(init=False)

    def __post_init__(self) -> None:
        self.rounds = Rounds(
            name="readiness", look=self.look, busy=self.busy, hurry=self.scripts.used
        )
        self._rests = Rests(lost="host.unready", found="host.ready", clock=self.clock)

    def look(self) -> None:
        """Start one where none waits, a few at once; see which of the others do not last."""
        self.scripts.tidy()
        lacking = [name for name, slot in self._slots().items() if not self._stands(name, slot)]
        for _ in ThreadFleet(width=WIDTH).each(self._rests.due(lacking), self._start):
            pass

    def _slots(self) -> Mapping[str, Slot]:
        """Where scripts belong, each under the first name that it has in the inventory."""
        slots: dict[Slot, str] = {}
        for name, host in self.hosts.items():
            connection = self.sessions.seen(host)
            if connection is not None:
                slots.setdefault(self.scripts.slot(host, connection), name)
        return {name: slot for slot, name in slots.items()}

    def _stands(self, name: str, slot: Slot) -> bool:
        ready = self.scripts.at(slot)
        if ready is None:
            return False
        steady = self.clock() - ready.since >= STEADY
        if steady:
            self._rests.over(name)
        if ready.alive:
            return True
        if self.scripts.take(slot) is ready and not steady:
            self._failed(name, self._why(name, ready))
        return False

    def _why(self, name: str, ready: Ready) -> HostFailure:
        """What it said before it ended."""
        return no_answer(ready.ended(), self.hosts[name])

    def _start(self, name: str) -> None:
        host = self.hosts[name]
        connection = self.sessions.seen(host)
        if connection is None or self.rounds.over.is_set() or self.busy():
            return
        try:
            deadline = time.monotonic() + WITHIN
            self.scripts.start(host, connection, deadline=deadline, now=self.clock())
        except (*FAILURES, OneChannelError) as error:
            if connection.alive:  # else the script is not to blame
                self._failed(name, translate(error, host))

    def _failed(self, name: str, failure: HostFailure) -> None:
        self._rests.failed(name, reason=failure.reason, remedy=failure.remedy)

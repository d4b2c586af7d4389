"""Scripts that wait on hosts for their request: without them every failover would pay for sudo and a shell there."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from paramiko import SSHException

from jobs.inventory import Host
from workers.ssh.command import PIECE, Finished, begin, finished
from workers.ssh.connect import Connection
from workers.ssh.failures import NeverBegunError, OneChannelError
from workers.ssh.invocation import command_for
from workers.ssh.opening import Opened, opened

Slot = tuple[Connection, str]
"""A connection and a command line: two hosts of the inventory may be one account, and differ in mode."""
LAST_WORDS = 1.0
"""Seconds in which a script that has ended is heard out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A swap's script that was started at `since` (by its keeper's clock) and reads its stdin."""

    way: Opened
    since: float

    @property
    def alive(self) -> bool:
        """Whether it waits, as far as anybody here knows."""
        channel = self.way.channel
        return not (channel.closed or channel.eof_received or channel.exit_status_ready())

    def ended(self) -> Finished:
        """How one that is not alive came to its end. Its last words may come behind its status; what it
        left running may hold its outputs for ever."""
        channel, end = self.way.channel, time.monotonic() + LAST_WORDS
        channel.settimeout(LAST_WORDS)
        with suppress(SSHException, OSError):
            while channel.recv(PIECE) and time.monotonic() < end:
                pass
        self.way.close()
        return finished(channel, b"")


class ReadyScripts:
    """One for each warm connection and command line. It does nothing until it is told a request, ends
    when its channel or its connection does, and serves one swap. `used` is set whenever one was taken."""

    def __init__(self, *, script: bytes) -> None:
        self._script = script
        self._waiting: dict[Slot, Ready] = {}
        self._lock = threading.Lock()
        self._closed = False
        self.used = threading.Event()

    def slot(self, host: Host, connection: Connection) -> Slot:
        """Where its script is kept."""
        return connection, command_for(host, "swap", script=self._script)[0]

    def start(self, host: Host, connection: Connection, *, deadline: float, now: float) -> None:
        """Let one wait there, since `now`. Raises NeverBegunError, OneChannelError, DeadlineError,
        SSHException or OSError."""
        command, ahead = command_for(host, "swap", script=self._script)
        way = opened(connection, deadline=deadline)
        begin(way, command, ahead, deadline=deadline)
        try:
            opened(connection, deadline=deadline).close()
        except NeverBegunError as error:
            way.close()
            raise OneChannelError from error
        self._keep((connection, command), Ready(way=way, since=now))

    def at(self, slot: Slot) -> Ready | None:
        """The one that is kept there, alive or not."""
        return self._waiting.get(slot)

    def take(self, slot: Slot) -> Ready | None:
        """The same, which is nobody else's from now on."""
        with self._lock:
            ready = self._waiting.pop(slot, None)
        if ready is not None:
            self.used.set()
        return ready

    def tidy(self) -> None:
        """Forget those whose connection has ended."""
        with self._lock:
            for slot in [slot for slot in self._waiting if not slot[0].alive]:
                del self._waiting[slot]

    def close(self) -> None:
        """No further ones. Those that wait end with their connections: their hosts see the end of a
        request that never came, and do nothing."""
        with self._lock:
            self._closed = True
            self._waiting.clear()

    def _keep(self, slot: Slot, ready: Ready) -> None:
        with self._lock:
            held = self._waiting.get(slot)
            kept = not self._closed and (held is None or not held.alive)
            if kept:
                self._waiting[slot] = ready
        if not kept:
            ready.way.close()

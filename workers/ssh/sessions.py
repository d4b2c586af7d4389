"""Warm connections, one a host: without them every read and every swap would log in anew."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from paramiko import PKey

from jobs.inventory import Host
from workers.ssh.connect import Connection, connect
from workers.ssh.failures import DeadlineError

Place = tuple[str, int, str, tuple[str, ...]]


class Sessions:
    """Connections by host. A dead one is replaced; threads that want the same host take turns
    in connecting, and share the connection."""

    def __init__(self, key: PKey) -> None:
        self._key = key
        self._open: dict[Place, Connection] = {}
        self._turns: defaultdict[Place, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def get(self, host: Host, *, deadline: float) -> tuple[Connection, bool]:
        """A live connection, and whether it was there already."""
        place = _place(host)
        with self._turn(place, deadline=deadline):
            held = self._open.get(place)
            if held is not None and held.alive:
                return held, True
            self._open[place] = connect(host, self._key, deadline=deadline)
            return self._open[place], False

    def drop(self, host: Host, connection: Connection) -> None:
        """Close a connection that failed, unless another took its place."""
        with self._lock:
            if self._open.get(_place(host)) is connection:
                del self._open[_place(host)]
        connection.close()

    def close(self) -> None:
        """End every connection. What hosts have begun, they finish."""
        with self._lock:
            connections = list(self._open.values())
            self._open.clear()
        for connection in connections:
            connection.close()

    @contextmanager
    def _turn(self, place: Place, *, deadline: float) -> Iterator[None]:
        with self._lock:
            turn = self._turns[place]
        if not turn.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise DeadlineError("waiting for another thread's connection")
        try:
            yield
        finally:
            turn.release()


def _place(host: Host) -> Place:
    return host.address, host.port, host.user, host.host_keys

"""Warm connections, one a host: without them every read and every swap would log in anew."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
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
        self._used: dict[Place, float] = {}
        self._turns: defaultdict[Place, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()
        self._closed = False

    def held(self, host: Host) -> Connection | None:
        """The connection that is there already, where it lives as far as anybody knows."""
        held = self.seen(host)
        if held is not None:
            self._used[place_of(host)] = time.monotonic()
        return held

    def seen(self, host: Host) -> Connection | None:
        """The same, but looking is no use of it."""
        held = self._open.get(place_of(host))
        return held if held is not None and held.alive else None

    def get(self, host: Host, *, deadline: float) -> Connection:
        """A live connection; a new one where none is there."""
        with self._turn(place_of(host), deadline=deadline):
            return self.held(host) or self.put(host, self.fresh(host, deadline=deadline))

    def fresh(self, host: Host, *, deadline: float) -> Connection:
        """A new connection that is nobody's yet, whatever is there."""
        return connect(host, self._key, deadline=deadline)

    def put(
        self, host: Host, connection: Connection, *, instead_of: Connection | None = None
    ) -> Connection:
        """Keep a new connection and return it; or, where a live one is there that it shall not
        replace, that one: others may be using it."""
        place = place_of(host)
        with self._lock:
            held = self._open.get(place)
            taken = held is not None and held is not instead_of and held.alive
            gone = connection if taken or self._closed else held
            if gone is not connection:
                self._open[place], self._used[place] = connection, time.monotonic()
        if gone is not None:
            gone.close()
        return held if taken and held is not None else connection

    def drop(self, host: Host, connection: Connection) -> None:
        """Close a connection that failed, unless another took its place."""
        with self._lock:
            if self._open.get(place_of(host)) is connection:
                del self._open[place_of(host)]
        connection.close()

    def keep_only(self, places: Collection[Place], *, idle: float) -> None:
        """Close what is dead, and what leads elsewhere and was not used for `idle` seconds."""
        last = time.monotonic() - idle
        with self._lock:
            gone = {
                place: held
                for place, held in self._open.items()
                if not held.alive or (place not in places and self._used.get(place, 0.0) < last)
            }
            for place in gone:
                del self._open[place]
        for connection in gone.values():
            connection.close()

    def close(self) -> None:
        """End every connection. What hosts have begun, they finish."""
        with self._lock:
            self._closed, connections = True, list(self._open.values())
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


def place_of(host: Host) -> Place:
    """What a connection is known by: two hosts of the inventory that are the same account share one."""
    return host.address, host.port, host.user, host.host_keys

"""One end for all that a call does on the wire: requests, and what is built on it, knows none for a whole answer."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from workers.deadline import Cord
from workers.dial import OPTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """When the call of this thread must have ended (by `clock`), and what is cut then."""

    cord: Cord
    until: float
    clock: Callable[[], float]

    def left(self) -> float:
        """Seconds that remain. Raises requests.Timeout when there are none: a call that nobody waits
        for any more must not ask for anything, let alone change it."""
        seconds = self.until - self.clock()
        if seconds <= 0:
            raise requests.Timeout("the time is up")
        return seconds


BOUND: ContextVar[Bound] = ContextVar("pgbaton.bound")


class BoundAdapter(HTTPAdapter):
    """Sends each request within what is left of its call, once: a POST that was sent again would
    create twice. Connections notice a vanished peer by themselves, also between two calls."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, socket_options=list(OPTIONS))
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        return super().send(request, *args, **{**more, "timeout": BOUND.get().left()})


def _hold(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        BOUND.get().cord.hold(connection.sock)


class _Connection(HTTPConnection):
    """Hangs on its call's cord, new or kept from an earlier one."""

    def connect(self) -> None:
        super().connect()
        _hold(self)

    def request(self, *args: Any, **more: Any) -> None:
        _hold(self)
        super().request(*args, **more)


class _SecureConnection(HTTPSConnection):
    """The same under TLS."""

    def connect(self) -> None:
        super().connect()
        _hold(self)

    def request(self, *args: Any, **more: Any) -> None:
        _hold(self)
        super().request(*args, **more)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection

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

from workers.deadline import CORD
from workers.dial import OPTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """When the call of this thread must have ended (by `clock`)."""

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


def bind(session: requests.Session) -> None:
    """Hold every request of a session to its call's end, and take nothing from the surroundings: no
    proxies, no netrc."""
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, BoundAdapter())


def _hold(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        CORD.get().hold(connection.sock)


class _Connection(HTTPConnection):
    """Hangs on the cord of its call, new or kept from an earlier one."""

    def connect(self) -> None:
        super().connect()
        _hold(self)

    def request(self, *args: Any, **more: Any) -> None:
        _hold(self)
        super().request(*args, **more)


class _SecureConnection(_Connection, HTTPSConnection):
    """The same under TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection

"""A hard end for work that blocks: without it, a peer that drips bytes, or a resolver, holds us for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")


class Cord:
    """What to cut when the time is up; the work hangs its socket on it as soon as it has one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._pulled = False

    def hold(self, connection: socket.socket) -> None:
        """From now on the connection ends with the deadline, or at once where that has passed."""
        with self._lock:
            self._held.append(connection)
            if self._pulled:
                cut(connection)

    def pull(self) -> None:
        """End every connection held, which wakes whoever reads from it."""
        with self._lock:
            self._pulled = True
            for connection in self._held:
                cut(connection)


CORD: ContextVar[Cord] = ContextVar("pgbaton.cord")
"""The one of the work on this thread, for connections that a library opens by itself."""


def within(seconds: float, work: Callable[[Cord], T]) -> T:
    """What `work` returns or raises, or TimeoutError after so many seconds.

    The work runs on a daemon thread; when late, its connections are cut and it is left to itself.
    """
    outcomes: SimpleQueue[_Done[T] | _Broken] = SimpleQueue()
    cord = Cord()

    def run() -> None:
        CORD.set(cord)
        try:
            outcomes.put(_Done(value=work(cord)))
        except BaseException as error:  # noqa: BLE001 - whatever it is belongs to who waits
            outcomes.put(_Broken(error=error))

    threading.Thread(target=run, daemon=True, name="within a deadline").start()
    try:
        outcome = outcomes.get(timeout=max(seconds, 0))
    except Empty:
        cord.pull()
        raise TimeoutError("no answer in time") from None
    if isinstance(outcome, _Broken):
        raise outcome.error
    return outcome.value


def cut(connection: socket.socket) -> None:
    """End a connection under its reader; TLS sockets too, whose own shutdown is not for that."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done(Generic[T]):
    value: T


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    error: BaseException

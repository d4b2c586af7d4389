"""An end for waits that paramiko leaves endless: past the deadline the socket is shut down."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf

from paramiko import Transport

from workers.ssh.alarm import ALARMS
from workers.ssh.failures import DeadlineError

LATER = 2.0
"""Seconds past the deadline."""


class Watch:
    """Tells whether the deadline passed, and what was being done then."""

    def __init__(self) -> None:
        self.doing = "connecting"
        self.barked = False


@contextmanager
def watchdog(sock: socket.socket, *, deadline: float) -> Iterator[Watch]:
    """Whatever hangs inside ends at `deadline` (monotonic), as a DeadlineError."""
    watch = Watch()

    def bark() -> None:
        watch.barked = True
        hang_up(sock)

    try:
        with ALARMS.at(deadline, bark):
            yield watch
    except Exception as error:
        if watch.barked or isinstance(error, TimeoutError):
            raise DeadlineError(watch.doing) from error
        raise


def greet(transport: Transport, *, deadline: float) -> None:
    """Greet and agree on keys, inside a watchdog of this deadline. paramiko's own timers come after that, or
    never: what they say of a wait that is too long is what it says of a refusal."""
    transport.banner_timeout = transport.handshake_timeout = (
        max(deadline - time.monotonic(), 0) + LATER
    )
    transport.auth_timeout = inf
    transport.daemon = True
    transport.start_client()


def hang_up(sock: socket.socket) -> None:
    """End a connection from any thread; paramiko's own close would wait for its reader."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)

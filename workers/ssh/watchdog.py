"""An end for waits that paramiko leaves endless: past the deadline the socket is shut down."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from workers.ssh.alarm import ALARMS
from workers.ssh.failures import DeadlineError

LATER = 2.0


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


def later(deadline: float) -> float:
    """Seconds for a timer of paramiko's own, which must not come before the watchdog: what it says of a
    login that hangs is what it says of one that is refused."""
    return max(deadline - time.monotonic(), 0) + LATER


def hang_up(sock: socket.socket) -> None:
    """End a connection from any thread; paramiko's own close would wait for its reader."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)

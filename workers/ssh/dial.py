"""Sockets that we open ourselves: paramiko would leave out TCP_NODELAY, 45 ms against 3 a command."""

from __future__ import annotations

import socket
import time

from workers.ssh.failures import DeadlineError

USER_TIMEOUT = 10_000  # milliseconds without an acknowledgement until the kernel gives a link up
KEEPALIVE = (("TCP_KEEPIDLE", 15), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
ONE_ADDRESS = 3.0  # seconds for one of several addresses of a name


def dial(address: str, port: int, *, deadline: float) -> socket.socket:
    """Connect to a name or a bare address (IPv6 too), each of its addresses in turn, until
    `deadline` on the monotonic clock. Raises OSError or DeadlineError."""
    last: OSError | None = None
    for family, kind, protocol, _, place in socket.getaddrinfo(
        address, port, type=socket.SOCK_STREAM
    ):
        left = deadline - time.monotonic()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            _tune(sock)
            sock.settimeout(min(left, ONE_ADDRESS))
            sock.connect(place)
        except OSError as error:
            sock.close()
            last = error
        else:
            return sock
    raise last or DeadlineError("connecting")


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def quick(sock: socket.socket) -> None:
    """Acknowledge at once for now; the kernel forgets it, so it is said before every command."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

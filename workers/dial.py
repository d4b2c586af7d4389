"""A connection that notices a vanished peer by itself: without it, a silent wire looks like a calm one."""

from __future__ import annotations

import socket

from urllib3.connection import HTTPConnection

from workers.tls import Tls

# A peer that is gone without a word is given up after some five seconds, idle or not.
OPTIONS = (
    *HTTPConnection.default_socket_options,  # TCP_NODELAY
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3),
    (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 5000),
)


def dial(host: str, port: int, *, timeout: float) -> socket.socket:
    """A TCP connection; `timeout` seconds hold for each address and each step on it afterwards."""
    connected = socket.create_connection((host, port), timeout=timeout)
    for level, option, value in OPTIONS:
        connected.setsockopt(level, option, value)
    return connected


def secure(connected: socket.socket, *, scheme: str, hostname: str, tls: Tls) -> socket.socket:
    """The same connection, under TLS where the scheme asks for it; closed where that fails."""
    if scheme != "https":
        return connected
    try:
        return tls.context().wrap_socket(connected, server_hostname=hostname)
    except OSError:
        connected.close()
        raise

"""A backend's port asked as a health check asks it: without it, nobody could tell a closed port from a deaf one."""

from __future__ import annotations

import re
import socket
import time

from jobs.balancer.found import Knock
from jobs.inventory import Address
from workers.deadline import Cord, within

_FIRST_LINE = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})(?:[ \r\n]|$)")
_ENOUGH = 64
"""Bytes that hold every status line's beginning."""


def knock(address: Address, path: str, *, timeout: float) -> Knock:
    """GET the path there, all within `timeout` seconds; never raises."""
    until = time.monotonic() + timeout
    try:
        heard = within(timeout, lambda cord: _ask(address, path, cord, until))
    except TimeoutError:
        return Knock(kind="silent", reason="no answer")
    except ConnectionRefusedError:
        return Knock(kind="refused", reason="Connection refused")
    except ConnectionError:
        return _understood(b"")
    except (OSError, ValueError) as error:
        return Knock(kind="silent", reason=_told(error))
    return _understood(heard)


def _ask(address: Address, path: str, cord: Cord, until: float) -> bytes:
    """What comes back first; nothing where the other side ends the connection instead."""
    with socket.create_connection((address.host, address.port), _left(until)) as wire:
        cord.hold(wire)
        wire.sendall(_request(address, path))
        return _beginning(wire, until)


def _request(address: Address, path: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: {address}", "Connection: close", "", "")
    return "\r\n".join(lines).encode("ascii")


def _beginning(wire: socket.socket, until: float) -> bytes:
    heard = b""
    while len(heard) < _ENOUGH and b"\n" not in heard:
        wire.settimeout(_left(until))
        more = wire.recv(_ENOUGH)
        if not more:
            break
        heard += more
    return heard


def _understood(heard: bytes) -> Knock:
    match = _FIRST_LINE.match(heard)
    if match is not None:
        return Knock(kind="http", status=int(match[1]))
    if not heard:
        return Knock(kind="no-http", reason="it ends the connection without an answer")
    return Knock(kind="no-http", reason="what answers speaks no HTTP")


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.001)


def _told(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__

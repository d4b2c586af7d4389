"""One HTTP question with an end: without it, each subject would meet sockets, TLS and hangs by itself."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from deploy.doctor.evidence import Unseen
from deploy.doctor.rounds import PROBE
from workers.deadline import Cord, within
from workers.dial import dial, secure
from workers.tls import Tls

LARGEST = 4 << 20
"""Bytes of an answer that are read; etcd's metrics take some 100 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a place answered. `took`: seconds from question to answer. `at`: when it was half-way there,
    by our clock, for whoever compares clocks."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    at: float = 0.0

    @property
    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def date(self) -> float | None:
        """The sender's own clock, to a second."""
        try:
            return parsedate_to_datetime(self.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return None


def ask(
    url: str, *, tls: Tls | None = None, json_body: object = None, seconds: float = PROBE
) -> Answer | Unseen:
    """GET, or POST where there is a body; never raises. No proxy, no redirect, no credentials."""
    parts = urlsplit(url)
    body = None if json_body is None else json.dumps(json_body).encode()

    def fetch(cord: Cord) -> Answer:
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        plain = dial(host, port, timeout=seconds)
        cord.hold(plain)
        with secure(plain, scheme=parts.scheme, hostname=host, tls=tls or Tls()) as connected:
            cord.hold(connected)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            return _exchange(HTTPConnection(host, port), connected, path, body)

    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    try:
        return within(seconds, fetch)
    except (OSError, HTTPException, ValueError) as error:
        return Unseen(reason=f"{place}: {cause(error)}", remedy=remedy(error))


def _exchange(
    connection: HTTPConnection, connected: socket.socket, path: str, body: bytes | None
) -> Answer:
    connection.sock = connected
    began = time.time()
    headers = {"Connection": "close", "Content-Type": "application/json"}
    connection.request("GET" if body is None else "POST", path, body=body, headers=headers)
    with connection.getresponse() as response:
        ended = time.time()
        return Answer(
            status=response.status,
            body=response.read(LARGEST),
            headers={name.lower(): value for name, value in response.getheaders()},
            at=(began + ended) / 2,
        )


def cause(error: Exception) -> str:
    """What went wrong on the wire, in a few words."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS fails: {(error.reason or 'no reason given').replace('_', ' ').lower()}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def remedy(error: Exception) -> str:
    """What lets it be seen."""
    if isinstance(error, ssl.SSLError):
        return "see that ca, cert and key of the inventory are here, and of the same keyring"
    if isinstance(error, FileNotFoundError | PermissionError):
        return "run this where the files of the inventory are, and as a user who may read them"
    return "see that it runs, and that the way from here to its port is open"

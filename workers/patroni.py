"""What a member's own Patroni says: without it, the key's word would stand alone."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from jobs.claims import (
    MemberRecord,
    RestAnswer,
    RestClaim,
    Unknown,
    is_words,
    pg_timeline_of,
)
from jobs.event import MAX_TEXT
from workers.deadline import Cord, within
from workers.dial import dial, secure
from workers.tls import Tls

_LARGEST_BODY = 1 << 20
_PORTS = {"http": 80, "https": 443}


class PatroniRest:
    """`jobs.ports.Rest`: one `GET /patroni` at the address that the member's record gives.

    The status is ignored (503 says only that the member is not running): the body is the answer.
    """

    def __init__(
        self, *, tls: Tls | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tls = tls or Tls()
        self._clock = clock

    def ask(self, record: MemberRecord, *, timeout: float) -> RestClaim:
        url = urlsplit(record.api_url)
        place = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
        deadline = self._clock() + timeout
        try:
            body = within(timeout, lambda cord: self._fetch(url, cord, deadline))
            return parse(body)
        except (OSError, HTTPException, ValueError) as error:
            return Unknown(reason=f"Patroni at {place}: {_cause(error)}")

    def _fetch(self, url: SplitResult, cord: Cord, deadline: float) -> bytes:
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        left = max(deadline - self._clock(), 0.001)
        with dial(host, port, timeout=left) as plain:
            cord.hold(plain)
            with secure(plain, scheme=url.scheme, hostname=host, tls=self._tls) as connected:
                cord.hold(connected)
                return _get(HTTPConnection(host, port), connected)


class NotPatroni(ValueError):  # noqa: N818 - what it is, not what failed
    """Something answered, but not what Patroni answers."""


def parse(body: bytes) -> RestAnswer:
    """Patroni's status document (`api.py get_postgresql_status`); raises NotPatroni."""
    found = _object(body)
    role, state = found.get("role"), found.get("state")
    if not is_words(role) or not is_words(state):
        raise NotPatroni("the answer names no role and state: that is not Patroni")
    own = found.get("patroni")
    about: Mapping[str, Any] = own if isinstance(own, dict) else {}
    return RestAnswer(
        role=str(role),
        state=str(state),
        scope=_text(about.get("scope")),
        name=_text(about.get("name")),
        system_identifier=_text(found.get("database_system_identifier")),
        pg_timeline=pg_timeline_of(found.get("timeline")),
        paused=found.get("pause") is True,
        failsafe_active=found.get("failsafe_mode_is_active") is True,
        version=_text(about.get("version")),
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotPatroni("the answer is not JSON") from None
    if not isinstance(found, dict):
        raise NotPatroni("the answer is JSON, but not an object")
    return found


def _get(connection: HTTPConnection, connected: socket.socket) -> bytes:
    connection.sock = connected
    connection.request("GET", "/patroni", headers={"Connection": "close"})
    with connection.getresponse() as response:
        body = response.read(_LARGEST_BODY + 1)
    if len(body) > _LARGEST_BODY:
        raise NotPatroni(f"the answer is larger than {_LARGEST_BODY} bytes: that is not Patroni")
    return body


def _cause(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate was refused: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _text(value: object) -> str | None:
    """A name, where there is one; NotPatroni for what no name could be."""
    if not isinstance(value, str) or not value:
        return None
    if len(value) > MAX_TEXT or not value.isprintable():
        raise NotPatroni("the answer has a name that none could have: that is not Patroni")
    return value

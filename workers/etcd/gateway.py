"""etcd's v3 API as a few typed calls: without it, every reader would handle tokens and endpoints."""

from __future__ import annotations

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jobs.ports import DcsUnavailable
from workers.etcd import refusal, wire
from workers.etcd.refusal import Meaning
from workers.etcd.transport import Question, Transport
from workers.tls import Tls

_AUTH_OFF = ""
_TRIES_WITH_A_NEW_TOKEN = 3
_SHOWN_KEYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """A user of etcd's own; the password is never shown."""

    user: str
    password: str = field(repr=False)


class Gateway:
    """One etcd cluster through its JSON gateway (etcd 3.4 and newer); any thread may call.

    Every call ends within its `timeout` seconds, with an answer or DcsUnavailable. Reads are
    linearizable. A member that has no leader says so at once (`hasleader`), instead of making
    us wait. Tokens are kept, and fetched anew when etcd says that they have expired.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        *,
        credentials: Password | None = None,
        tls: Tls | None = None,
        clock: Callable[[], float] = time.monotonic,
        hedge: float = 0.15,
    ) -> None:
        self.transport = Transport(endpoints, tls, clock=clock, hedge=hedge)
        self._credentials = credentials
        self._certificate = tls is not None and tls.cert is not None
        self._clock = clock
        self._token: str | None = None
        self._fetching = threading.Lock()

    def range(self, request: wire.Json, *, timeout: float) -> wire.Answer:
        reply = self._call("/v3/kv/range", request, timeout=timeout)
        return _understood(wire.read_range, reply, ranges=1)

    def read(self, ranges: Sequence[wire.Json], *, timeout: float) -> wire.Answer:
        """Several ranges as of one revision (at most 128: etcd's `--max-txn-ops`)."""
        request = wire.transaction({"request_range": r} for r in ranges)
        reply = self._call("/v3/kv/txn", request, timeout=timeout)
        return _understood(wire.read_transaction, reply, ranges=len(ranges))

    def write(self, transaction: wire.Json, *, timeout: float) -> wire.Answer:
        """A transaction that may write: sent once, so an error leaves open whether it happened."""
        reply = self._call("/v3/kv/txn", transaction, timeout=timeout, repeatable=False)
        return wire.read_transaction(reply)

    def put(self, key: bytes, value: bytes, *, timeout: float, lease: int = 0) -> int:
        """Returns the revision of the write."""
        request = {"key": wire.text(key), "value": wire.text(value), "lease": str(lease)}
        reply = self._call("/v3/kv/put", request, timeout=timeout, repeatable=False)
        return wire.read_revision(reply)

    def delete(self, key: bytes, *, timeout: float) -> int:
        """Returns etcd's revision afterwards, also where there was nothing to delete."""
        request = {"key": wire.text(key)}
        reply = self._call("/v3/kv/deleterange", request, timeout=timeout, repeatable=False)
        return wire.read_revision(reply)

    def grant(self, *, seconds: int, timeout: float) -> int:
        """A lease of that many seconds to live; returns its id."""
        request = {"TTL": str(seconds)}
        reply = self._call("/v3/lease/grant", request, timeout=timeout, repeatable=False)
        return int(reply["ID"])

    def headers(self, *, timeout: float) -> Mapping[str, str]:
        """How we introduce ourselves; fetches a token where none is kept."""
        deadline = self._clock() + timeout
        token = self._token if self._token is not None else self._fetch(None, deadline)
        return _headers(token)

    def renew(self, used: Mapping[str, str], *, timeout: float) -> None:
        """Forget the token that was `used` in vain, and fetch another one."""
        self._fetch(used.get("Authorization"), self._clock() + timeout)

    def _call(
        self, path: str, request: wire.Json, *, timeout: float, repeatable: bool = True
    ) -> wire.Json:
        deadline = self._clock() + timeout
        body = json.dumps(request).encode()
        text = ""
        for _ in range(_TRIES_WITH_A_NEW_TOKEN):
            headers = self.headers(timeout=deadline - self._clock())
            question = Question(path=path, body=body, headers=headers, repeatable=repeatable)
            reply = self.transport.ask(question, timeout=deadline - self._clock())
            if reply.good:
                return _object(reply.body)
            understood = refusal.read(reply.status, reply.body)
            text = understood.text
            if understood.meaning is not Meaning.STALE or self._credentials is None:
                break
            self.renew(headers, timeout=deadline - self._clock())
        raise self.refused(text, request)

    def refused(self, text: str, request: wire.Json) -> DcsUnavailable:
        """etcd's refusal of a request, explained."""
        user = self._credentials.user if self._credentials else None
        if "permission denied" in text:
            return refusal.denied(text, user=user, ranges=_keys(request))
        return refusal.explain(text, certificate=self._certificate)

    def _fetch(self, stale: str | None, deadline: float) -> str:
        """A token newer than `stale`; threads that come meanwhile share the one being fetched."""
        with self._fetching:
            if self._token is None or self._token == (stale or _AUTH_OFF):
                self._token = self._authenticate(deadline - self._clock())
            return self._token

    def _authenticate(self, timeout: float) -> str:
        if self._credentials is None:
            return _AUTH_OFF
        request = {"name": self._credentials.user, "password": self._credentials.password}
        question = Question(
            path="/v3/auth/authenticate", body=json.dumps(request).encode(), headers={}
        )
        reply = self.transport.ask(question, timeout=timeout)
        if reply.good:
            return str(_object(reply.body).get("token", _AUTH_OFF))
        understood = refusal.read(reply.status, reply.body)
        if understood.meaning is Meaning.AUTH_OFF:
            return _AUTH_OFF
        raise self.refused(understood.text, {})


def _headers(token: str) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "Grpc-Metadata-hasleader": "true"}
    return headers | {"Authorization": token} if token else headers


def _object(body: bytes) -> wire.Json:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _foreign()
    return found


def _understood(
    read: Callable[[wire.Json], wire.Answer], reply: wire.Json, *, ranges: int
) -> wire.Answer:
    """The answer, if it is one to what was asked."""
    try:
        answer = read(reply)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise _foreign() from None
    if answer.revision <= 0 or len(answer.ranges) != ranges:
        raise _foreign()
    return answer


def _foreign() -> DcsUnavailable:
    return DcsUnavailable(
        reason="an etcd endpoint answered with something that etcd does not answer",
        remedy="check that the endpoints lead to etcd itself and not to another service",
    )


def _keys(request: Any) -> str:
    """The keys a request names, for people; a handful is enough to see which role is missing."""
    found = list(dict.fromkeys(_walk(request)))
    shown = ", ".join(found[:_SHOWN_KEYS]) or "the keys it asked for"
    return f"{shown}, …" if found[_SHOWN_KEYS:] else shown


def _walk(part: Any) -> list[str]:
    if isinstance(part, list):
        return [key for p in part for key in _walk(p)]
    if not isinstance(part, dict):
        return []
    own = [b64decode(part["key"]).decode(errors="backslashreplace")] if "key" in part else []
    return own + [key for p in part.values() for key in _walk(p)]

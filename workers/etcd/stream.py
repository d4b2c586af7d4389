"""One watch stream over many keys: without it, a new leader would be noticed only by asking again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from workers.deadline import cut
from workers.dial import dial, secure
from workers.etcd import refusal, wire
from workers.tls import Tls

_LONGEST_LINE = 16 << 20
_FOREIGN = (AttributeError, KeyError, TypeError, ValueError, RecursionError)  # not etcd's JSON
_PORTS = {"http": 80, "https": 443}


class StreamBroken(Exception):  # noqa: N818 - the state it reports
    """The stream ended, or never began; another endpoint may do better."""


class Compacted(StreamBroken):
    """etcd has forgotten the revision to start from: read afresh, then watch from there."""


class NotPermitted(StreamBroken):
    """etcd refused to watch a key: the token has expired, or a role is missing."""


class Stream:
    """Many ranges on one POST to `/v3/watch` of one endpoint.

    The body is a row of create requests. `Expect: 100-continue` keeps etcd's HTTP/1.1 server from
    throwing away what it has not read when its first answer leaves (seen with etcd 3.4: without
    the header, one of 1,000 keys was watched). `close` may come from any thread.
    """

    def __init__(self, endpoint: str, *, tls: Tls, timeout: float) -> None:
        """Connects; raises StreamBroken."""
        url = urlsplit(endpoint)
        self.endpoint = endpoint
        self._created, self._wanted = 0, 0
        self._host, self._port = url.hostname or "", url.port or _PORTS[url.scheme]
        try:
            plain = dial(self._host, self._port, timeout=timeout)
            self._socket = secure(plain, scheme=url.scheme, hostname=self._host, tls=tls)
        except OSError as error:
            raise StreamBroken(f"{endpoint}: {error}") from error

    def follow(
        self,
        ranges: Sequence[wire.Json],
        *,
        start_revision: int,
        headers: Mapping[str, str],
        partial: bool = False,
    ) -> Iterator[wire.Event]:
        """The ranges' changes as they come, in order; never ends but by StreamBroken.

        With `partial`, ranges that etcd refuses to watch are passed over.
        """
        requests = [wire.watch_request(r, start_revision=start_revision) for r in ranges]
        body = "\n".join(json.dumps(request) for request in requests)
        self._wanted = len(ranges)
        for reply in self._replies(body.encode(), headers):
            _raise_end(reply, partial=partial)
            self._created += reply.created
            yield from reply.events

    @property
    def begun(self) -> bool:
        """True once etcd watches every range."""
        return 0 < self._created == self._wanted

    @property
    def partly_begun(self) -> bool:
        """True while etcd watches some ranges and not all."""
        return 0 < self._created < self._wanted

    def close(self) -> None:
        """End the stream under its reader."""
        cut(self._socket)

    def _replies(self, body: bytes, headers: Mapping[str, str]) -> Iterator[wire.WatchReply]:
        try:
            for line in _split(self._post(body, headers)):
                yield wire.read_watch(line)
        except (OSError, HTTPException, *_FOREIGN) as error:
            raise StreamBroken(f"{self.endpoint}: {error}") from error
        finally:
            self._socket.close()
        raise StreamBroken(f"{self.endpoint}: the stream ended")

    def _post(self, body: bytes, headers: Mapping[str, str]) -> HTTPResponse:
        connection = HTTPConnection(self._host, self._port)
        connection.sock = self._socket
        connection.request(
            "POST", "/v3/watch", body=body, headers={**headers, "Expect": "100-continue"}
        )
        response = connection.getresponse()
        if response.status != 200:  # noqa: PLR2004 - HTTP's own number
            understood = refusal.read(response.status, response.read(_LONGEST_LINE))
            stale = understood.meaning is refusal.Meaning.STALE
            raise (NotPermitted if stale else StreamBroken)(understood.text)
        self._socket.settimeout(None)  # silence is what a calm cluster sounds like
        return response


def _split(response: HTTPResponse) -> Iterator[Any]:
    """JSON lines as soon as they are whole; nothing waits for a buffer to fill."""
    rest = b""
    while chunk := response.read1(1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (json.loads(line) for line in lines if line.strip())
        if len(rest) > _LONGEST_LINE:
            raise ValueError("a line without an end")


def _raise_end(reply: wire.WatchReply, *, partial: bool) -> None:
    if reply.error is not None:
        raise StreamBroken(reply.error)
    if reply.canceled is None:
        return
    if reply.compacted:
        raise Compacted(f"etcd keeps nothing older than revision {reply.compacted}")
    if not reply.created:
        raise StreamBroken(f"canceled by etcd: {reply.canceled}")
    if not partial:
        raise NotPermitted(reply.canceled)

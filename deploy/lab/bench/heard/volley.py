"""Who asks: requests that were made beforehand, over connections that stay open, for less than an answer costs.

A thread a connection would share the processor with whom it measures; one loop over raw sockets takes
a tenth of what the server does.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

HOST = "127.0.0.1"
CONNECTIONS = 16
"""Twice the server's threads: each has its next request waiting when it is done with one."""
PATIENCE = 30.0
"""Seconds without any answer after which the server is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volley:
    """How it was answered: `waits` in seconds a request, `answers` by status."""

    seconds: float
    waits: Sequence[float]
    answers: Counter[int]

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds


@dataclass(slots=True, kw_only=True)
class _Line:
    """One connection, and the request that it waits for an answer to."""

    socket: socket.socket
    asked: float = 0.0
    heard: bytes = b""

    def ask(self, request: bytes) -> None:
        self.asked, self.heard = time.perf_counter(), b""
        self.socket.sendall(request)

    def answer(self) -> int | None:
        """The status, once the answer is whole."""
        told = self.socket.recv(65_536)
        if not told:
            raise ConnectionResetError("the server ended the connection: its log says why")
        self.heard += told
        return status_of(self.heard)


def status_of(heard: bytes) -> int | None:
    """The status of an answer; None while some of it is missing. Every answer must tell its length."""
    head, end, body = heard.partition(b"\r\n\r\n")
    if not end:
        return None
    length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
    return int(head[9:12]) if len(body) >= int(length) else None


@dataclass(slots=True)
class _Tally:
    waits: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)


def fire(port: int, requests: Sequence[bytes], *, connections: int = CONNECTIONS) -> Volley:
    """Send all requests, on each connection the next one as soon as the last was answered."""
    waiting, tally = iter(requests), _Tally()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        lines = [_line(stack, port) for _ in range(min(connections, len(requests)))]
        began = time.perf_counter()
        for line, request in zip(lines, waiting, strict=False):
            line.ask(request)
            selector.register(line.socket, selectors.EVENT_READ, line)
        while len(tally.waits) < len(requests):
            _hear(selector, waiting, tally)
        seconds = time.perf_counter() - began
    return Volley(seconds=seconds, waits=tally.waits, answers=tally.answers)


def _line(stack: ExitStack, port: int) -> _Line:
    connection = stack.enter_context(socket.create_connection((HOST, port), timeout=PATIENCE))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return _Line(socket=connection)


def _hear(selector: selectors.BaseSelector, waiting: Iterator[bytes], tally: _Tally) -> None:
    """Take what was answered, and ask on where something is left to ask."""
    ready = selector.select(PATIENCE)
    if not ready:
        raise TimeoutError(f"no answer for {PATIENCE:.0f} s")
    for key, _ in ready:
        line: _Line = key.data
        status = line.answer()
        if status is None:
            continue
        tally.waits.append(time.perf_counter() - line.asked)
        tally.answers[status] += 1
        following = next(waiting, None)
        if following is None:
            selector.unregister(line.socket)
        else:
            line.ask(following)

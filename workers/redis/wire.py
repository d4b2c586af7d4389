"""Commands sent and replies read over one connection: without it, a WAIT would count for another's writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import ResponseError

RESTED = 1.0
"""Seconds of rest after which a connection is looked at before it is used."""

Command = tuple[Any, ...]


@dataclass(slots=True)
class Wire:
    """A pool's connections, each lent to one exchange at a time.

    One that served a moment ago is lent again without the pool's look whether it still stands, which costs
    as much as the exchange. Should it have ended meanwhile, the exchange fails as it does when Redis ends
    in the middle of it.
    """

    pool: Any
    monotonic: Callable[[], float]
    _rested: list[tuple[float, Any]] = field(default_factory=list)
    _process: int = field(default_factory=os.getpid)

    def exchange(self, commands: Sequence[Command]) -> list[Any]:
        """The reply to each command, a refusal as a value. Where one is lost, the connection ends: what is
        left unread must never answer the next question."""
        connection = self._taken()
        try:
            connection.send_packed_command([packed(commands, connection.encoder.encode)])
            replies = [_reply(connection) for _ in commands]
        except BaseException:
            connection.disconnect()
            self.pool.release(connection)
            raise
        self._rested.append((self.monotonic(), connection))
        return replies

    def _taken(self) -> Any:
        """The one that served last: the others rest long enough to be looked at. A fork takes none of its
        parent's, which both would read from."""
        if self._process != os.getpid():
            self._rested, self._process = [], os.getpid()
        try:
            since, connection = self._rested.pop()
        except IndexError:
            return self.pool.get_connection()
        if self.monotonic() - since < RESTED:
            return connection
        self.pool.release(connection)
        return self.pool.get_connection()


def packed(commands: Iterable[Command], encode: Callable[[Any], Any]) -> bytes:
    """Commands as Redis' protocol has them. The library takes twice as long: an enqueue of RQ's has fifty
    arguments."""
    parts: list[bytes] = []
    for name, *arguments in commands:
        words = [*name.encode().split(), *arguments]
        parts.append(b"*%d\r\n" % len(words))
        for word in words:
            raw = word.encode() if type(word) is str else encode(word)
            parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


def _reply(connection: Any) -> Any:
    try:
        return connection.read_response()
    except ResponseError as error:
        return error

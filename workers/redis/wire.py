"""Commands sent and replies read over one connection: without it, a WAIT would count for another's writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from redis.exceptions import ResponseError

Command = tuple[Any, ...]


def exchanged(pool: Any, commands: Sequence[Command]) -> list[Any]:
    """The reply to each command, a refusal as a value. Where one is lost, the connection ends: what is
    left unread must never answer the next question."""
    connection = pool.get_connection()
    try:
        connection.send_packed_command([packed(commands, connection.encoder.encode)])
        return [_reply(connection) for _ in commands]
    except BaseException:
        connection.disconnect()
        raise
    finally:
        pool.release(connection)


def packed(commands: Iterable[Command], encode: Any) -> bytes:
    """Commands as Redis' protocol has them. The library's own packing cost more than signing them would:
    an enqueue of RQ's has fifty arguments."""
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

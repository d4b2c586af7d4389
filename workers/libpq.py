"""One query under one deadline: without it, libpq's own timeouts (whole seconds, two at least) would rule.

psycopg's `connect` also loses the SQLSTATE of a refused login, and messages come in the server's
language; libpq's protocol trace keeps it.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import OperationalError, pq

Row = tuple[str | None, ...]

_SQLSTATE = re.compile(rb'\tErrorResponse\t.*?\bC "([0-9A-Z]{5})"')
_LOGIN_WANTED = "28P01"
_WRITE, _READ = pq.PollingStatus.WRITING, pq.PollingStatus.READING


class Refused(Exception):  # noqa: N818 - the server's word, not our failure
    """PostgreSQL itself answered with an error."""

    def __init__(self, sqlstate: str, text: str) -> None:
        super().__init__(f"{sqlstate}: {text}")
        self.sqlstate, self.text = sqlstate, text


def fetch_row(conninfo: str, query: str, *, until: float, clock: Callable[[], float]) -> Row:
    """The single row of a query, as text. Raises Refused, OperationalError, or TimeoutError when
    `clock` passes `until`, wherever the connection stands then."""
    connection = pq.PGconn.connect_start(conninfo.encode())
    try:
        with _traced(connection) as trace:
            _connect(connection, trace, lambda: until - clock())
        return _fetch(connection, query.encode(), lambda: until - clock())
    finally:
        connection.finish()


def _connect(connection: pq.abc.PGconn, trace: int, left: Callable[[], float]) -> None:
    while (status := connection.connect_poll()) in {_READ, _WRITE}:
        _wait(connection, left(), write=status == _WRITE)
    if status == pq.PollingStatus.FAILED:
        raise _failure(connection, trace)
    connection.nonblocking = 1


def _fetch(connection: pq.abc.PGconn, query: bytes, left: Callable[[], float]) -> Row:
    connection.send_query(query)
    while connection.flush():
        _wait(connection, left(), write=True)
    while connection.is_busy():
        _wait(connection, left(), write=False)
        connection.consume_input()
    result = connection.get_result()
    if result is None or result.status != pq.ExecStatus.TUPLES_OK:
        raise _error(result, connection)
    return tuple(_cell(result, at) for at in range(result.nfields))


def _wait(connection: pq.abc.PGconn, seconds: float, *, write: bool) -> None:
    poll = select.poll()
    poll.register(connection.socket, select.POLLOUT if write else select.POLLIN)
    if seconds <= 0 or not poll.poll(seconds * 1000):
        raise TimeoutError


@contextmanager
def _traced(connection: pq.abc.PGconn) -> Iterator[int]:
    """libpq's record of the login, in memory only: what it holds must not outlive the login."""
    trace = os.memfd_create("pgbaton-login")
    try:
        connection.trace(trace)
        connection.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        yield trace
    finally:
        connection.untrace()
        os.close(trace)


def _failure(connection: pq.abc.PGconn, trace: int) -> Refused | OperationalError:
    text = _plain(connection.get_error_message())
    if connection.needs_password:
        return Refused(_LOGIN_WANTED, "the server asks for a password, and none is configured")
    connection.untrace()  # flushes
    found = _SQLSTATE.findall(os.pread(trace, os.fstat(trace).st_size, 0))
    return Refused(found[-1].decode(), text) if found else OperationalError(text)


def _error(result: pq.abc.PGresult | None, connection: pq.abc.PGconn) -> Refused | OperationalError:
    state = result.error_field(pq.DiagnosticField.SQLSTATE) if result else None
    message = result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) if result else None
    if state is None:
        return OperationalError(_plain(connection.get_error_message()))
    return Refused(state.decode(), (message or b"").decode(errors="replace"))


def _cell(result: pq.abc.PGresult, column: int) -> str | None:
    value = result.get_value(0, column)
    return None if value is None else value.decode()


def _plain(message: str) -> str:
    """One line; libpq puts its hints on further ones."""
    return " ".join(message.split())

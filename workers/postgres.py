"""PostgreSQL's own word on being writable: without it, pgbaton would believe what others say of it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from psycopg import Error, OperationalError
from psycopg.conninfo import make_conninfo

from jobs.claims import MemberRecord, SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from workers.deadline import within
from workers.libpq import Refused, Row, fetch_row
from workers.tls import Tls

# Only what is in effect for everyone counts: a monitoring role that was made read-only by itself
# says nothing about the server. In recovery the write-ahead log has no current position.
_FACTS = """
select pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('transaction_read_only') = 'on'
         and (pg_catalog.pg_is_in_recovery() or not exists (
               select from pg_catalog.pg_settings
                where name = 'default_transaction_read_only'
                  and source in ('user', 'database user'))),
       case when not pg_catalog.pg_is_in_recovery() then
         ('x' || pg_catalog.substr(
            pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::int8 end
"""
_IDENTIFIER = ", (select system_identifier::text from pg_catalog.pg_control_system())"

_NO_PRIVILEGE = "42501"
_STARTING = "57P03"
_LOGIN_REFUSED = re.compile("28...|3D000|53300")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who asks. `sslmode` and the files mean what they mean to libpq; no password is fine."""

    user: str
    dbname: str = "postgres"
    password: str | None = field(default=None, repr=False)
    sslmode: str = "prefer"
    tls: Tls = field(default_factory=Tls)


class PostgresProbe:
    """`jobs.ports.Sql`: one connection and one query to the address in the member's record."""

    def __init__(self, login: Login, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._login = login
        self._clock = clock

    def ask(self, record: MemberRecord, *, timeout: float) -> SqlClaim:
        deadline = self._clock() + timeout
        url = urlsplit(record.conn_url)
        host, port = unquote(url.hostname or ""), url.port or 5432
        try:
            return self._ask(host, port, deadline)
        except Refused as refused:
            return _refusal(refused)
        except TimeoutError:
            return Unknown(reason=f"PostgreSQL at {host}:{port}: no answer in time")
        except (OSError, Error, ValueError) as error:
            return Unknown(reason=f"PostgreSQL at {host}:{port}: {_first_line(error)}")

    def row(self, query: str, record: MemberRecord, *, timeout: float) -> Row | str:
        """The one row of another question to the same server, or why there is none; never raises."""
        deadline = self._clock() + timeout
        url = urlsplit(record.conn_url)
        host, port = unquote(url.hostname or ""), url.port or 5432
        try:
            addresses = _addresses(host, port, deadline - self._clock())
            return self._fetch(query, host, port, addresses, deadline)
        except TimeoutError:
            return f"PostgreSQL at {host}:{port}: no answer in time"
        except (Refused, OSError, Error, ValueError) as error:
            return f"PostgreSQL at {host}:{port}: {_first_line(error)}"

    def _ask(self, host: str, port: int, deadline: float) -> SqlAnswer:
        addresses = _addresses(host, port, deadline - self._clock())
        try:
            return _answer(self._fetch(_FACTS + _IDENTIFIER, host, port, addresses, deadline))
        except Refused as refused:
            if refused.sqlstate != _NO_PRIVILEGE:
                raise
        return _answer(self._fetch(_FACTS, host, port, addresses, deadline))

    def _fetch(
        self, query: str, host: str, port: int, addresses: list[str], deadline: float
    ) -> Row:
        """Each address in turn, with its share of the time: one that swallows packets costs no more."""
        for left in range(len(addresses), 1, -1):
            now = self._clock()
            until = now + (deadline - now) / left
            conninfo = self._conninfo(host, addresses[-left], port)
            with suppress(TimeoutError, OperationalError):
                return fetch_row(conninfo, query, until=until, clock=self._clock)
        conninfo = self._conninfo(host, addresses[-1], port)
        return fetch_row(conninfo, query, until=deadline, clock=self._clock)

    def _conninfo(self, host: str, address: str, port: int) -> str:
        """What stands here is all there is: libpq would else look into the environment, and into
        the password file of whoever runs us (a path below a file cannot exist)."""
        login = self._login
        return make_conninfo(
            host=host,
            hostaddr=address,
            port=port,
            user=login.user,
            dbname=login.dbname,
            password=login.password or "",
            passfile="/dev/null/none",
            sslmode=login.sslmode,
            sslrootcert=_path(login.tls.ca),
            sslcert=_path(login.tls.cert),
            sslkey=_path(login.tls.key or login.tls.cert),
            gssencmode="disable",
            target_session_attrs="any",
            application_name="pgbaton",
            client_encoding="UTF8",
            tcp_user_timeout=5000,
            keepalives_idle=2,
            keepalives_interval=1,
            keepalives_count=3,
            options="-c statement_timeout=5s -c lock_timeout=1s",
        )


def _path(file: Path | None) -> str | None:
    return str(file) if file else None


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """Resolved here, under the deadline: libpq resolves without one."""
    found = within(seconds, lambda _: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _answer(row: Row) -> SqlAnswer:
    in_recovery, read_only, timeline, *identifier = row
    return SqlAnswer(
        in_recovery=in_recovery == "t",
        read_only=read_only == "t",
        system_identifier=identifier[0] if identifier else None,
        pg_timeline=int(timeline) if timeline else None,
    )


def _refusal(refused: Refused) -> SqlClaim:
    if refused.sqlstate == _STARTING:
        return SqlStarting(reason=refused.text)
    if _LOGIN_REFUSED.fullmatch(refused.sqlstate):
        return SqlRefused(sqlstate=refused.sqlstate, reason=refused.text)
    return Unknown(reason=f"PostgreSQL said {refused.sqlstate}: {refused.text}")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)

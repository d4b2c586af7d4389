"""PostgreSQL's own protocol passes untouched, TLS included, and sessions live as they do without a mux."""

from __future__ import annotations

import ssl
import statistics
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.contract.certificates import Authority
from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni
from tests.contract.probes.patroni_server import serving
from tests.contract.probes.postgres_server import Postgres
from tests.waiting import until

ENCRYPTED = (
    "select case when ssl then 'yes' else 'no' end from pg_stat_ssl where pid = pg_backend_pid()"
)


def one(session: psycopg.Connection[Any], sql: str) -> Any:
    row = session.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("sslmode", "encrypted"), [("disable", "no"), ("require", "yes"), ("verify-full", "yes")]
)
def test_tls_ends_at_postgresql(
    mux: Mux, authority: Authority, sslmode: str, encrypted: str
) -> None:
    """The client sees PostgreSQL's own certificate, and PostgreSQL an encrypted session, or none."""
    root = {"sslrootcert": str(authority.ca)} if sslmode == "verify-full" else {}
    with mux.session(sslmode=sslmode, **root) as session:
        assert one(session, ENCRYPTED) == encrypted


def test_direct_tls_passes(idle_mux: Mux, authority: Authority) -> None:
    """sslnegotiation=direct begins with a TLS handshake: a server that takes it gets the login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    pair = authority.issue("direct")
    context.load_cert_chain(pair.cert, pair.key)
    context.set_alpn_protocols(["postgresql"])
    with serving(refuse_login, context=context) as origin:
        idle_mux.postgresql = urlsplit(origin).port or 0
        idle_mux.start()
        until(lambda: "postgresql/pg1 succeeded" in idle_mux.log)
        with pytest.raises(psycopg.OperationalError, match="heard trusting"):
            idle_mux.session(
                sslmode="verify-full", sslrootcert=str(authority.ca), sslnegotiation="direct"
            )


def refuse_login(client: Any) -> None:
    """Read a start packet and refuse its user by name, as PostgreSQL would."""
    words = client.recv(1000)[8:].split(b"\0")
    user = words[words.index(b"user") + 1]
    fields = b"SFATAL\0VFATAL\0C28000\0Mheard " + user + b"\0\0"
    client.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)


def test_the_session_knows_its_member(idle_mux: Mux) -> None:
    """inet_server_addr() is the member's own address, whatever the client dialled."""
    idle_mux.machine = "127.0.0.2"
    idle_mux.start()
    idle_mux.leads()
    with idle_mux.session() as session:
        assert one(session, "select host(inet_server_addr())") == "127.0.0.2"


def test_a_session_may_say_nothing_for_long(mux: Mux) -> None:
    """Longer than any timeout that holds before the login; likewise a query without a word of answer."""
    with mux.session() as idle, mux.session() as busy:
        busy.execute("select pg_sleep(11)")
        assert one(idle, "select 1") == 1


def chief(postgres: Postgres) -> psycopg.Connection[Any]:
    """The superuser, beside the mux."""
    return psycopg.connect(f"{postgres.url}?user=postgres", autocommit=True)


def test_a_query_is_cancelled_through_the_mux(mux: Mux, postgres: Postgres) -> None:
    """The cancel request is a connection of its own, and reaches the same PostgreSQL."""
    with mux.session() as session, ThreadPoolExecutor() as pool:
        asked = pool.submit(session.execute, "select pg_sleep(30)")
        asleep = "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and pid = "
        with chief(postgres) as watching:
            until(lambda: one(watching, f"{asleep}{session.info.backend_pid}"))
        session.cancel_safe()
        with pytest.raises(psycopg.errors.QueryCanceled):
            asked.result(timeout=20)


def test_200_sessions_at_once(mux: Mux) -> None:
    """All of them log in together, and all are there afterwards."""
    with ThreadPoolExecutor(50) as pool:
        sessions = list(pool.map(lambda _: mux.session(), range(200)))
        try:
            pids = set(pool.map(lambda session: one(session, "select pg_backend_pid()"), sessions))
            assert len(pids) == 200
        finally:
            list(pool.map(lambda session: session.close(), sessions))


def test_too_many_sessions_are_refused_by_postgresql(mux: Mux, postgres: Postgres) -> None:
    """Its own words reach the client: the mux neither queues nor hides it."""
    with chief(postgres) as over:
        left = "select count(*) from pg_stat_activity where usename = 'trusting'"
        until(lambda: one(over, left) == 0)  # of earlier tests, some may still be ending
        over.execute("alter role trusting connection limit 1")
        try:
            with (
                mux.session(),
                pytest.raises(psycopg.OperationalError, match="too many connections"),
            ):
                mux.session()
        finally:
            over.execute("alter role trusting connection limit -1")


def test_a_replica_refuses_at_once(mux: Mux, patroni: Patroni) -> None:
    """And lets nobody as far as PostgreSQL."""
    patroni.leads = False
    mux.refuses()
    assert min(seconds_until_refused(mux) for _ in range(3)) < 1


def seconds_until_refused(mux: Mux) -> float:
    begun = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="server closed the connection"):
        mux.session()
    return time.monotonic() - begun


def test_a_query_costs_hardly_more(
    mux: Mux, postgres: Postgres, measured: Callable[[str], None]
) -> None:
    """The median of 500 short queries over the mux stays within some milliseconds of the direct one."""
    direct_login = f"{postgres.url}?user=trusting&sslmode=disable"
    with psycopg.connect(direct_login) as direct, mux.session(sslmode="disable") as over:
        plain, through = (median_of_query(session) for session in (direct, over))
    measured(f"mux: select 1 takes {through * 1e3:.3f} ms over it, {plain * 1e3:.3f} ms directly")
    assert through - plain < 0.005


def median_of_query(session: psycopg.Connection[Any]) -> float:
    times = []
    for _ in range(500):
        begun = time.perf_counter()
        one(session, "select 1")
        times.append(time.perf_counter() - begun)
    return statistics.median(times)

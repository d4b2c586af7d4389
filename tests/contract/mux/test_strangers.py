"""Whoever says nothing, hangs up or asks too much costs PostgreSQL nothing, and Patroni little."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni
from tests.contract.probes.postgres_server import Postgres


@pytest.fixture
def logins(postgres: Postgres) -> Callable[[], int]:
    """Give the function that counts how often PostgreSQL has been connected to since the test began."""
    log = postgres.folder / "log"
    before = log.read_text().count("connection received")
    return lambda: log.read_text().count("connection received") - before


def test_a_silent_client_is_let_go(mux: Mux, logins: Callable[[], int]) -> None:
    """After 5 s, also one that stops in the middle of its first words, and PostgreSQL never hears of it."""
    came = logins()
    with ThreadPoolExecutor() as pool:
        beginnings = (b"", b"\0", b"\0\0\0\x08\x04", b"\x16\x03\x01", b"GET /primary HTTP/1.")
        for waited in pool.map(lambda words: seconds_until_closed(mux, words), beginnings):
            assert 4 < waited < 8
    assert logins() == came


def seconds_until_closed(mux: Mux, words: bytes) -> float:
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", mux.port), timeout=20) as client:
        client.sendall(words)
        assert client.recv(1) in {b"", b"H"}  # H: a timeout, in HTTP's own words
        return time.monotonic() - begun


def test_a_check_that_only_connects_leaves_no_trace(mux: Mux, logins: Callable[[], int]) -> None:
    """A NodeBalancer's `connection` check, a hundred times: nothing in either log."""
    came, log = logins(), mux.quiet("postgresql/pg1 succeeded")
    for _ in range(100):
        socket.create_connection(("127.0.0.1", mux.port), timeout=10).close()
    mux.leads()  # once more, with words: what is logged is logged by now
    assert logins() == came + 1
    assert len(mux.quiet().removeprefix(log).splitlines()) == 1


def test_health_checks_leave_no_trace(mux: Mux, patroni: Patroni) -> None:
    """A replica's 503 every few seconds would drown what matters."""
    patroni.leads = False
    mux.refuses()
    log = mux.quiet("postgresql/pg1 failed", "backend postgresql has no server available!")
    for _ in range(20):
        mux.hello(b"GET /primary HTTP/1.0\r\n\r\n")
    assert mux.quiet() == log


def test_a_session_s_line_joins_client_and_postgresql_s_log(mux: Mux, postgres: Postgres) -> None:
    """PostgreSQL sees this node's address; the port that it logs stands beside the client's in the mux's log."""
    with mux.session() as session:
        row = session.execute("select inet_client_port()").fetchone()
        client = socket.socket(fileno=session.fileno())
        own = client.getsockname()[1]
        client.detach()
    assert row is not None
    mux.quiet(f"127.0.0.1:{own} as 127.0.0.1:{row[0]} postgresql/pg1")
    assert f"port={row[0]}" in (postgres.folder / "log").read_text()


def test_a_flood_of_requests_leaves_patroni_time_for_the_mux(mux: Mux, patroni: Patroni) -> None:
    """16 of a hundred at once reach it, and the leader's sessions live on."""
    patroni.delay = 0.2
    with mux.session() as session, ThreadPoolExecutor(100) as pool:
        list(pool.map(mux.hello, [b"GET /primary HTTP/1.0\r\n\r\n"] * 400))
        readable, _, _ = select.select([session.fileno()], [], [], 1)
        assert not readable
    assert patroni.most_at_once <= 2 * 16


@pytest.mark.parametrize(
    ("network", "answers"),
    [("127.0.0.0/8", {b"S", b"N"}), ("10.0.0.0/8", {b""})],
    ids=["ours", "others'"],
)
def test_only_named_networks_may_come(idle_mux: Mux, network: str, answers: set[bytes]) -> None:
    """What pg_hba.conf cannot tell apart any more is told apart here, for HTTP too."""
    idle_mux.set(networks=(network,))
    idle_mux.start()
    idle_mux.quiet("postgresql/pg1 succeeded")
    assert idle_mux.hello() in answers
    asked = idle_mux.hello(b"GET /primary HTTP/1.0\r\n\r\n")
    assert asked == (b"" if b"" in answers else b"H")

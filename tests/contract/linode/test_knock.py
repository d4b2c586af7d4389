"""What a backend's port answers to a health check's request, whoever listens there."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from jobs.balancer.found import Knock
from jobs.inventory import Address
from tests.contract import ports
from tests.contract.probes.postgres_server import Find, Postgres, folder
from workers.linode.knock import knock

Answer = Callable[[socket.socket], None]


@contextmanager
def listening(answer: Answer | None = None, host: str = "127.0.0.1") -> Iterator[Address]:
    """A port that gives each connection to `answer`; without one nobody accepts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.create_server((host, 0), family=family)) as listener:
        if answer is not None:
            threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        yield Address(host=host, port=listener.getsockname()[1])
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, answer: Answer) -> None:
    with suppress(OSError):
        while True:
            wire, _ = listener.accept()
            with suppress(OSError), wire:
                answer(wire)


def _says(*parts: bytes, every: float = 0) -> Answer:
    def answer(wire: socket.socket) -> None:
        wire.recv(65536)
        for part in parts:
            time.sleep(every)
            wire.sendall(part)

    return answer


def _hears_out(wire: socket.socket) -> None:
    """Says nothing, and keeps the connection until the other side has gone."""
    while wire.recv(65536):
        pass


def _knock(answer: Answer | None, *, timeout: float = 20) -> Knock:
    with listening(answer) as address:
        return knock(address, "/primary", timeout=timeout)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", 200),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", 503),
        (b"HTTP/1.1 404\r\n\r\n", 404),
        (b"HTTP/2 301 Moved\r\n\r\n", 301),
    ],
)
def test_http_tells_its_status(line: bytes, status: int) -> None:
    """Any version, with or without words."""
    assert _knock(_says(line)) == Knock(kind="http", status=status)


def test_http_in_crumbs_is_http() -> None:
    """A status line may come in several pieces."""
    assert _knock(_says(b"HT", b"TP/1.0 2", b"00 OK\r\n", every=0.05)).status == 200


def test_it_asks_what_the_check_asks() -> None:
    """GET, the check's path, and a Host that a proxy could want."""
    heard: list[bytes] = []

    def listen(wire: socket.socket) -> None:
        heard.append(wire.recv(65536))
        wire.sendall(b"HTTP/1.0 200 OK\r\n\r\n")

    with listening(listen) as address:
        knock(address, "/primary", timeout=20)
        assert heard == [
            f"GET /primary HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode()
        ]


@pytest.mark.parametrize(
    "answer",
    [
        _says(b"E\x00\x00\x00\x84SFATAL\x00VFATAL\x00C0A000\x00"),
        _says(b"N"),
        _says(b"HTTP/1.1 abc\r\n"),
        _says(b"SSH-2.0-OpenSSH_9.2\r\n"),
        _says(b"\x00" * 500),
    ],
    ids=["postgresql", "one-byte", "no-number", "ssh", "zeroes"],
)
def test_what_is_no_http_is_told_from_silence(answer: Answer) -> None:
    """A check can never pass there, whatever the firewall lets through."""
    told = _knock(answer)
    assert (told.kind, told.status) == ("no-http", None)
    assert told.reason == "what answers speaks no HTTP"


def _reset(wire: socket.socket) -> None:
    """End the connection with a RST, as a listener does that did not read what was sent."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


@pytest.mark.parametrize("answer", [_says(), _reset, lambda wire: None])
def test_who_ends_the_connection_speaks_no_http(answer: Answer) -> None:
    """So does PostgreSQL, which takes "GET " for the length of a packet."""
    told = _knock(answer)
    assert (told.kind, told.status) == ("no-http", None)


def test_postgresql_without_a_mux_speaks_no_http(require: Find) -> None:
    """A health check on its port can never pass; frozen, it is as silent as a firewall."""
    require("initdb")
    with folder() as place:
        server = Postgres(find=require, folder=place)
        server.create()
        server.start()
        try:
            address = Address(host="127.0.0.1", port=server.port)
            assert knock(address, "/primary", timeout=20).kind == "no-http"
            server.freeze()
            assert knock(address, "/primary", timeout=0.3).kind == "silent"
            server.thaw()
        finally:
            server.stop()


def test_a_closed_port_refuses() -> None:
    """Nobody listens: the mux is not running."""
    port = ports.free()[0]
    told = knock(Address(host="127.0.0.1", port=port), "/primary", timeout=20)
    assert told == Knock(kind="refused", reason="Connection refused")


@pytest.mark.parametrize(
    "answer",
    [None, _hears_out, _says(*[b"H"] * 60, every=0.1)],
    ids=["nobody-accepts", "nothing-is-said", "dripping"],
)
def test_silence_costs_no_more_than_allowed(answer: Answer | None) -> None:
    """A firewall that drops, a process that hangs, and a line that never ends."""
    started = time.monotonic()
    told = _knock(answer, timeout=0.3)
    assert told == Knock(kind="silent", reason="no answer")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("host", ["no.such.machine.invalid", "a..b", "x" * 300, "0.0.0.0.0"])
def test_a_name_that_is_none_is_told(host: str) -> None:
    """Whatever stands in the inventory, a knock raises nothing."""
    told = knock(Address(host=host, port=5432), "/primary", timeout=20)
    assert (told.kind, told.status) == ("silent", None)
    assert told.reason


def test_ipv6_is_knocked_at_too() -> None:
    """With its brackets where HTTP wants them."""
    try:
        with listening(_says(b"HTTP/1.0 200 OK\r\n\r\n"), host="::1") as address:
            assert knock(address, "/primary", timeout=20).status == 200
    except OSError:
        pytest.skip("no IPv6 on this machine")

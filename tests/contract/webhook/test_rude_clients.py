import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.contract.webhook.stage import RedisServer, Web


def head(web: Web, *more: str) -> bytes:
    _, headers = web.signed()
    lines = [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(["POST /events HTTP/1.1", "Host: x", *lines, *more, "", ""]).encode()


@contextmanager
def wire(web: Web) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", web.port), timeout=25) as connection:
        yield connection


def status(connection: socket.socket) -> int:
    """The status of the next answer."""
    return int(connection.makefile("rb").readline().split()[1])


def test_a_chunked_body_is_heard(web: Web) -> None:
    """A client that does not know the length beforehand is served all the same."""
    body, headers = web.signed()
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    lines = [f"{name}: {value}" for name, value in headers.items()]
    first = ["POST /events HTTP/1.1", "Host: x", "Transfer-Encoding: chunked", *lines, "", ""]
    with wire(web) as connection:
        connection.sendall("\r\n".join(first).encode() + chunk)
        assert status(connection) == 202


def test_a_chunked_flood_is_cut_off(redis: RedisServer, web: Web) -> None:
    """A body without an end is refused at the limit, not read into memory."""
    with wire(web) as connection:
        connection.sendall(head(web, "Transfer-Encoding: chunked"))
        try:
            for _ in range(40):
                connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        except OSError:
            pass
        assert status(connection) == 413
    assert redis.trail() == []


def test_a_promise_too_large_is_refused_unread(web: Web) -> None:
    """A length beyond the limit is answered before the body comes."""
    with wire(web) as connection:
        connection.sendall(head(web, "Content-Length: 10000000"))
        assert status(connection) == 413


def test_clients_that_stall_keep_nobody_out(web: Web) -> None:
    """Eight clients promise a body and stay silent: within seconds each is told off, and an
    honest event gets through."""
    stalled = [socket.create_connection(("127.0.0.1", web.port), timeout=25) for _ in range(8)]
    for connection in stalled:
        connection.sendall(head(web, "Content-Length: 100") + b"{")
    begun = time.monotonic()
    assert web.tell().status == 202
    assert time.monotonic() - begun < 10
    for connection in stalled:
        assert status(connection) == 408
        connection.close()

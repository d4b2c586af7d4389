"""The bench's clients: every request is answered once, whatever a packet holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.lab.bench.heard.volley import fire

SLOW = 0.05


class Stuttering(BaseHTTPRequestHandler):
    """Answers 202 in two pieces, and 401 to whoever is unsigned; counts what it was asked. Nobody is answered
    before there are as many who ask as make one `round`."""

    protocol_version = "HTTP/1.1"
    heard: list[bytes]
    round: threading.Barrier

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.round.wait(timeout=20)
        self.send_response(202 if "webhook-signature" in self.headers else 401)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"ab")
        self.wfile.flush()
        time.sleep(SLOW)
        self.wfile.write(b"cd")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Stuttering.heard, Stuttering.round = [], threading.Barrier(1)
    with ThreadingHTTPServer(("127.0.0.1", 0), Stuttering) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def request(number: int, *lines: str) -> bytes:
    body = f"{number:02}"
    head = "".join(f"{line}\r\n" for line in ("Host: x", "Content-Length: 2", *lines))
    return f"POST /events HTTP/1.1\r\n{head}\r\n{body}".encode()


def test_all_are_answered_at_once_as_many_as_there_are_connections(
    server: ThreadingHTTPServer,
) -> None:
    """Twelve requests over four connections: three rounds of four, each as long as an answer takes."""
    Stuttering.round = threading.Barrier(4)
    signed = [request(n, "webhook-signature: v1a,x") for n in range(9)]
    volley = fire(server.server_port, [*signed, *(request(n) for n in range(9, 12))], connections=4)
    assert volley.answers == {202: 9, 401: 3}
    assert sorted(Stuttering.heard) == [f"{n:02}".encode() for n in range(12)]
    assert len(volley.waits) == 12
    assert min(volley.waits) >= SLOW
    assert volley.seconds >= 3 * SLOW
    assert volley.rate == pytest.approx(12 / volley.seconds)


def test_fewer_requests_than_connections_are_no_trouble(server: ThreadingHTTPServer) -> None:
    """One is asked on one connection."""
    assert fire(server.server_port, [request(1)]).answers == {401: 1}


def test_a_server_that_hangs_up_is_no_answer(server: ThreadingHTTPServer) -> None:
    """The bench ends rather than count what was not answered."""
    with pytest.raises(ConnectionResetError, match="log"):
        fire(server.server_port, [b"nonsense\r\n\r\n"])

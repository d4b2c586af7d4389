"""What looks like HTTP goes to Patroni, however it is spelled, and only health checks come through."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni


def said(mux: Mux, *words: bytes) -> bytes:
    """All that comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", mux.port), timeout=10) as client:
        for word in words:
            client.sendall(word)
        return b"".join(iter(lambda: client.recv(4096), b""))


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1])


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("code", [200, 503])
def test_patroni_itself_answers(
    mux: Mux, patroni: Patroni, method: str, version: str, code: int
) -> None:
    """Its own status and its own server header, on a leader as on a replica."""
    patroni.leads = code == 200
    answer = said(
        mux, f"{method} /primary HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    )
    assert status(answer) == code
    assert b"BaseHTTP" in answer
    assert f"{method} /primary" in patroni.asked


def test_a_replica_says_why(mux: Mux, patroni: Patroni) -> None:
    """The body is Patroni's, not HAProxy's."""
    patroni.leads = False
    body = said(mux, b"GET /primary HTTP/1.0\r\n\r\n").split(b"\r\n\r\n")[1]
    assert json.loads(body)["role"] == "replica"


def test_a_client_that_keeps_its_connection_may_ask_again(mux: Mux) -> None:
    """Patroni closes after each answer, as it always does, and the second request is answered too."""
    client = http.client.HTTPConnection("127.0.0.1", mux.port, timeout=10)
    for _ in range(2):
        client.request("GET", "/primary", headers={"Connection": "keep-alive"})
        answer = client.getresponse()
        assert (answer.status, json.loads(answer.read())["role"]) == (200, "primary")


@pytest.mark.parametrize(
    "words",
    [
        b"GET /primary HTTP/1.1\r\nhOsT: x\r\nx-odd:\ty\r\nACCEPT: */*\r\n\r\n",
        b"GET /primary HTTP/1.0\r\nUser-Agent: " + b"x" * 4000 + b"\r\n\r\n",
        b"GET /primary?from=nodebalancer HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["odd headers", "a long header", "a query"],
)
def test_however_it_is_spelled(mux: Mux, words: bytes) -> None:
    """Odd, but HTTP."""
    assert status(said(mux, words)) == 200


def test_a_request_may_come_in_pieces(mux: Mux) -> None:
    """The first letter decides, and the rest is waited for."""
    words = [bytes([byte]) for byte in b"GET /primary HTTP/1.0\r\n\r\n"]
    assert status(said(mux, *words)) == 200


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (b"POST /switchover HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", 405),
        (b"PATCH /config HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}", 405),
        (b"get /primary HTTP/1.0\r\n\r\n", 405),
        (b"GET /config HTTP/1.0\r\n\r\n", 403),
        (b"GET /cluster HTTP/1.0\r\n\r\n", 403),
        (b"GET /primary/../config HTTP/1.0\r\n\r\n", 403),
        (b"SSH-2.0-OpenSSH_9.2\r\n", 400),
        (b"\xff\xfe\xfd\xfc what is this", 400),
    ],
)
def test_only_health_checks_come_through(
    mux: Mux, patroni: Patroni, words: bytes, code: int
) -> None:
    """Patroni and PostgreSQL hear nothing of what a stranger may not ask."""
    assert status(said(mux, words)) == code
    assert set(patroni.asked) == {"OPTIONS /primary"}


def test_without_patroni_the_answer_is_no(mux: Mux, patroni: Patroni) -> None:
    """503 at once, which a NodeBalancer takes for down."""
    patroni.down()
    assert status(said(mux, b"GET /primary HTTP/1.0\r\n\r\n")) == 503

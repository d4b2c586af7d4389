"""As Slack is really reached: under TLS, and through a proxy where there is one."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from jobs.ports import Later, Told
from jobs.slack.message import Message
from tests.contract.certificates import Authority
from tests.contract.probes.patroni_server import drip, serving
from tests.contract.slack.posted import posted
from tests.contract.threads import none_left
from workers.slack.webhook import SlackWebhook

HELLO = Message(text="hello")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one that this machine trusts; no proxy is in the way."""
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
    return made


def _context(authority: Authority) -> ssl.SSLContext:
    pair = authority.issue("slack")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    return context


def _well(connection: socket.socket) -> None:
    posted(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


def test_a_message_is_posted_under_tls(authority: Authority) -> None:
    """To whom the machine's authorities vouch for."""
    with serving(_well, context=_context(authority)) as origin:
        assert SlackWebhook(url=f"{origin}/services/x").post(HELLO) == Told()


@pytest.mark.usefixtures("authority")
def test_a_stranger_s_certificate_is_refused(tmp_path: Path) -> None:
    """Nothing is posted to him, and the reason says why."""
    other = Authority(tmp_path, name="somebody else")
    with serving(_well, context=_context(other)) as origin:
        found = SlackWebhook(url=f"{origin}/services/x").post(HELLO)
    assert isinstance(found, Later)
    assert "certificate" in found.reason


def test_an_answer_that_drips_under_tls_ends_in_time(authority: Authority) -> None:
    """The connection that is cut is the one under the ciphers, too."""
    answer = drip(b"HTTP/1.1 200 OK\r\nX: ", b"x")
    with serving(answer, context=_context(authority)) as origin, none_left():
        found = SlackWebhook(url=f"{origin}/services/x", timeout=0.5).post(HELLO)
    assert isinstance(found, Later)
    assert found.doubtful


@contextmanager
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """The address of one that connects as asked, and the first lines that it was sent."""
    asked: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            near, _ = listener.accept()
            line = near.recv(65536).partition(b"\r\n")[0]
            asked.append(line)
            host, _, port = line.split()[1].decode().rpartition(":")
            with near, socket.create_connection((host, int(port))) as far:
                near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join(20)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)


def test_a_proxy_is_taken_from_the_surroundings(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for a tunnel, and sees nothing of what goes through."""
    with serving(_well, context=_context(authority)) as origin, proxy() as (address, asked):
        monkeypatch.setenv("HTTPS_PROXY", address)
        assert SlackWebhook(url=f"{origin}/services/x").post(HELLO) == Told()
    port = origin.rpartition(":")[2]
    assert [line.split()[:2] for line in asked] == [[b"CONNECT", f"127.0.0.1:{port}".encode()]]

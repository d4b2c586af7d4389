import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.doctor.seeing.certificates import Server, ask_postgres, see_certificate
from deploy.doctor.subjects.certificates import Hidden, Shown, judge_certificates
from tests.contract.certificates import Authority, Pair
from tests.unit.deploy.doctor.subjects.told import told
from workers.tls import Tls


@contextmanager
def serving(pair: Pair | None, *, greeting: bytes = b"") -> Iterator[int]:
    """A server on a free port that speaks TLS with this pair, after a greeting as PostgreSQL's; without a
    pair it says nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, pair, greeting), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)  # closing alone would leave the thread, and the port


def _serve(listener: socket.socket, pair: Pair | None, greeting: bytes) -> None:
    with suppress(OSError):
        while True:
            wire, _ = listener.accept()
            with wire, suppress(OSError):
                _answer(wire, pair, greeting)


def _answer(wire: socket.socket, pair: Pair | None, greeting: bytes) -> None:
    if greeting:
        wire.recv(8)
        wire.sendall(greeting)
    if pair is None:
        while wire.recv(1000):
            pass
    elif greeting != b"N":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pair.cert, pair.key)
        context.wrap_socket(wire, server_side=True).close()


def shown(port: int, tls: Tls, *, postgres: bool = False, seconds: float = 5.0) -> Shown | Hidden:
    greet = ask_postgres if postgres else None
    return see_certificate(
        Server(place="it", host="127.0.0.1", port=port, tls=tls, greet=greet, seconds=seconds)
    )


def test_the_days_of_what_is_shown(tmp_path: Path) -> None:
    """Green now; an hour's certificate is amber when 20 minutes are left, red at 5, ended afterwards."""
    authority = Authority(tmp_path)
    with serving(authority.issue("server")) as port:
        seen = shown(port, Tls(ca=authority.ca))
    now = time.time()
    colours = [
        told(judge_certificates([seen], now=now + minutes * 60)) for minutes in (0, 45, 56, 61)
    ]
    assert colours == [
        {},
        {"certificate-ends": "amber"},
        {"certificate-ends": "red"},
        {"certificate-ended": "red"},
    ]


def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    """And its days are told all the same."""
    ours, theirs = Authority(tmp_path), Authority(tmp_path, name="another")
    with serving(theirs.issue("server")) as port:
        seen = shown(port, Tls(ca=ours.ca))
    assert isinstance(seen, Shown)
    assert "certificate" in seen.refused
    assert told(judge_certificates([seen], now=time.time())) == {"certificate-refused": "red"}


def test_postgresql_is_asked_in_its_own_way(tmp_path: Path) -> None:
    """With TLS its certificate is seen; without, it is said that it speaks none."""
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    with serving(pair, greeting=b"S") as port:
        assert isinstance(shown(port, Tls(ca=authority.ca), postgres=True), Shown)
    with serving(pair, greeting=b"N") as port:
        seen = shown(port, Tls(ca=authority.ca), postgres=True)
    assert isinstance(seen, Hidden)
    assert "ssl = off" in seen.unseen.reason


def test_a_server_that_says_nothing_is_left_in_time(tmp_path: Path) -> None:
    """Nothing hangs: it is not seen."""
    authority = Authority(tmp_path)
    with serving(None) as port:
        began = time.monotonic()
        seen = shown(port, Tls(ca=authority.ca), seconds=0.3)
        took = time.monotonic() - began
    assert isinstance(seen, Hidden)
    assert took < 4

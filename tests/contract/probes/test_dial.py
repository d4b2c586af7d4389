"""The sockets we open ourselves."""

import socket

import pytest

from tests.contract.probes.patroni_server import serving, silence
from workers.dial import dial
from workers.etcd.transport import _Adapter


@pytest.mark.parametrize(
    ("option", "least"),
    [
        (socket.TCP_NODELAY, 1),
        (socket.TCP_USER_TIMEOUT, 5000),
        (socket.TCP_KEEPIDLE, 2),
        (socket.TCP_KEEPCNT, 3),
    ],
)
def test_a_connection_says_at_once_what_it_has_and_notices_a_vanished_peer(
    option: int, least: int
) -> None:
    """No waiting for more to send; a silent peer is given up after some five seconds."""
    with serving(silence) as origin, dial(*_place(origin), timeout=20) as connected:
        assert connected.getsockopt(socket.IPPROTO_TCP, option) == least
        assert connected.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def test_questions_to_etcd_use_the_same_options() -> None:
    """The connections that requests keeps are opened with the same options."""
    with serving(silence) as origin:
        pool = _Adapter().poolmanager.connection_from_url(origin)
        connection = pool._get_conn()
        connection.connect()
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5000
        assert connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        connection.close()


def _place(origin: str) -> tuple[str, int]:
    return "127.0.0.1", int(origin.rpartition(":")[2])

"""Looks at the certificates that servers show, by a client's own eyes: a file may be newer than what runs."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509

from deploy.doctor.evidence import Unseen
from deploy.doctor.rounds import PROBE
from deploy.doctor.seeing.asking import cause, remedy
from deploy.doctor.subjects.certificates import Hidden, Shown
from workers.deadline import Cord, within
from workers.dial import dial
from workers.tls import Tls

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
"""What asks PostgreSQL for TLS before anything else is said (protocol 3, SSLRequest)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that speaks TLS. `greet` is what must be said before; `tls` as a client has it."""

    place: str
    host: str
    port: int
    tls: Tls
    seconds: float = PROBE
    greet: Callable[[socket.socket], None] | None = None


def ask_postgres(connected: socket.socket) -> None:
    """PostgreSQL's way into TLS; ConnectionError where it has none."""
    connected.sendall(SSL_REQUEST)
    if connected.recv(1) != b"S":
        raise ConnectionError("PostgreSQL speaks no TLS (ssl = off)")


def see_certificate(server: Server) -> Shown | Hidden:
    """What it shows, and whether a client of ours would believe it; never raises."""
    try:
        context = server.tls.context()
        try:
            return _shown(server, _handshake(server, context), refused="")
        except ssl.SSLCertVerificationError as error:
            shown = _handshake(server, _blind(server.tls))
            return _shown(server, shown, refused=error.verify_message)
    except (OSError, ValueError) as error:
        return Hidden(place=server.place, unseen=Unseen(reason=cause(error), remedy=remedy(error)))


def _handshake(server: Server, context: ssl.SSLContext) -> bytes:
    def shake(cord: Cord) -> bytes:
        plain = dial(server.host, server.port, timeout=server.seconds)
        cord.hold(plain)
        with plain:
            if server.greet is not None:
                server.greet(plain)
            with context.wrap_socket(plain, server_hostname=server.host) as secured:
                cord.hold(secured)
                return secured.getpeercert(binary_form=True) or b""

    return within(server.seconds, shake)


def _blind(tls: Tls) -> ssl.SSLContext:
    """Only to read the dates of a certificate that was refused; nothing is said over it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if tls.cert is not None:
        context.load_cert_chain(tls.cert, tls.key)
    return context


def _shown(server: Server, der: bytes, *, refused: str) -> Shown:
    found = x509.load_der_x509_certificate(der)
    return _dates(server.place, found, refused=refused)


def _dates(place: str, found: x509.Certificate, *, refused: str = "") -> Shown:
    return Shown(
        place=place,
        begins=found.not_valid_before_utc.timestamp(),
        ends=found.not_valid_after_utc.timestamp(),
        refused=refused,
    )

"""A server that answers as Linode's API does, or as it never should: without it, only good manners get tested."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[socket.socket], None]
FIN_WAIT1 = 4
"""The kernel's number for a connection of whose end the other side's kernel has not heard yet."""


@dataclass(slots=True)
class Served:
    """Where it listens, and what it was asked, as "METHOD /path", with heads and bodies."""

    origin: str
    connections: int = 0
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What a client takes for https://api.linode.com/v4."""
        return f"{self.origin}/v4"

    @property
    def place(self) -> str:
        """What messages call it."""
        return self.origin.partition("://")[2]


@contextmanager
def serving(*answers: Answer, context: ssl.SSLContext | None = None) -> Iterator[Served]:
    """Give one answer to each request, in order; the last one to all that follow."""
    listener = socket.create_server(("127.0.0.1", 0))
    scheme = "https" if context else "http"
    served = Served(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
    todo = iter((*answers, *[answers[-1]] * 1000))
    run = (listener, served, lambda: next(todo), context)
    threading.Thread(target=_accept, args=run, daemon=True).start()
    try:
        yield served
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def status(code: int, body: object = b"", **headers: str) -> Answer:
    """An answer with this status; a body that is no bytes is JSON. Underscores in header names are
    hyphens."""
    said = _http(code, body, headers)
    return lambda connection: connection.sendall(said)


def _http(code: int, body: object, headers: Mapping[str, str]) -> bytes:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = {"content-type": "application/json", "content-length": str(len(raw)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {code} -\r\n{lines}\r\n".encode() + raw


def page(*rows: Mapping[str, Any], page: int = 1, pages: int = 1) -> Answer:
    """One page of a collection."""
    found = {"data": rows, "page": page, "pages": pages, "results": len(rows)}
    return status(200, found)


def errors(code: int, *reasons: str, **headers: str) -> Answer:
    """Linode's way to say no."""
    return status(code, {"errors": [{"reason": one} for one in reasons]}, **headers)


def drop(connection: socket.socket) -> None:
    """The request was read, and may have been carried out; the connection ends without a word."""
    connection.shutdown(socket.SHUT_RDWR)


def silence(connection: socket.socket) -> None:
    """Nothing is said until the other side goes."""
    while connection.recv(65536):
        pass


def late(seconds: float, answer: Answer) -> Answer:
    """The same answer after a while."""

    def wait(connection: socket.socket) -> None:
        time.sleep(seconds)
        answer(connection)

    return wait


def closing(answer: Answer, *, closed: threading.Event | None = None) -> Answer:
    """The same answer, after which the connection is closed without a word about it; `closed` is set
    once the client's own kernel knows."""

    def close(connection: socket.socket) -> None:
        answer(connection)
        connection.shutdown(socket.SHUT_RDWR)
        if closed is not None:
            while connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == FIN_WAIT1:
                time.sleep(0.005)
            closed.set()

    return close


def drip(before: bytes, drop: bytes, *, every: float = 0.05) -> Answer:
    """One more drop of an endless answer whenever a read timeout might have hoped for its end."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(before)
        while True:
            time.sleep(every)
            connection.sendall(drop)

    return answer


def cut(code: int, body: object) -> Answer:
    """An answer without its last byte, and then nothing more."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(_http(code, body, {})[:-1])
        connection.shutdown(socket.SHUT_RDWR)

    return answer


def _accept(
    listener: socket.socket,
    served: Served,
    following: Callable[[], Answer],
    context: ssl.SSLContext | None,
) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        served.connections += 1
        run = (connection, served, following, context)
        threading.Thread(target=_serve, args=run, daemon=True).start()


def _serve(
    connection: socket.socket,
    served: Served,
    following: Callable[[], Answer],
    context: ssl.SSLContext | None,
) -> None:
    with suppress(OSError), connection:
        wire = context.wrap_socket(connection, server_side=True) if context else connection
        with wire:
            while _read(wire, served):
                following()(wire)


def _read(wire: socket.socket, served: Served) -> bool:
    """Read one request whole; False where the client is gone."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        more = wire.recv(65536)
        if not more:
            return False
        heard += more
    head, _, body = heard.partition(b"\r\n\r\n")
    length = int(_header(head.decode(), "content-length") or 0)
    while len(body) < length:
        more = wire.recv(65536)
        if not more:
            return False
        body += more
    served.asked.append(head.decode().split(" HTTP/")[0].replace(" /v4/", " /", 1))
    served.heads.append(head.decode())
    served.bodies.append(body.decode())
    return True


def _header(head: str, name: str) -> str | None:
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    return next((value.strip() for key, _, value in lines if key.lower() == name), None)

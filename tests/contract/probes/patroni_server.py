"""A server that answers as a Patroni does, or as it should not: without it, only good manners get tested."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

Answer = Callable[[socket.socket], None]


@contextmanager
def serving(answer: Answer, *, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Give every connection to `answer`; yields the origin."""
    listener = socket.create_server(("0.0.0.0", 0))  # 127.0.0.2 too
    threading.Thread(target=_accept, args=(listener, answer, context), daemon=True).start()
    scheme = "https" if context else "http"
    try:
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def status(code: int, body: Mapping[str, Any] | bytes) -> Answer:
    """An answer in HTTP/1.0 without a length, as Patroni gives it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(connection: socket.socket) -> None:
        asked = connection.recv(65536).split(b"\r\n")[0]
        found = code if asked == b"GET /patroni HTTP/1.1" else 404
        head = f"HTTP/1.0 {found} -\r\nServer: BaseHTTP/0.6 Python\r\n"
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + raw)

    return answer


def drip(before: bytes, drop: bytes, *, every: float = 0.05) -> Answer:
    """One more drop of an endless answer whenever a read timeout might have hoped for its end."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(before)
        while True:
            time.sleep(every)
            connection.sendall(drop)

    return answer


def silence(connection: socket.socket) -> None:
    """Listens, and says nothing until the other side goes."""
    while connection.recv(65536):
        pass


def _accept(listener: socket.socket, answer: Answer, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(connection, answer, context), daemon=True).start()


def _serve(connection: socket.socket, answer: Answer, context: ssl.SSLContext | None) -> None:
    with suppress(OSError), connection:
        served = context.wrap_socket(connection, server_side=True) if context else connection
        with served:
            answer(served)

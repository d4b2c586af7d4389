"""Small machines behind a NodeBalancer: they answer its check and greet its clients on one port."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Self


@dataclass(slots=True, kw_only=True)
class Backend:
    """Says its name to whoever sends a line; answers HTTP with `status` and `body`. `checked` are
    the lines that HTTP came with, `callers` the addresses that anything came from."""

    name: str
    status: int = 200
    body: str = ""
    checked: list[str] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)
    _listener: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        for one in self._open:
            one.close()

    def close(self) -> None:
        """Listen no more, and keep the connections that there are."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                wire, (host, _) = self._listener.accept()
                self.callers.append(host)
                self._open.append(wire)
                threading.Thread(target=self._serve, args=(wire,), daemon=True).start()

    def _serve(self, wire: socket.socket) -> None:
        with contextlib.suppress(OSError), wire, wire.makefile("rw", newline="\n") as talk:
            for line in talk:
                if line.startswith(("GET ", "HEAD ")):
                    status = self.status  # whoever counts checks counts all that had a new one
                    self.checked.append(line.strip())
                    talk.write(f"HTTP/1.0 {status} Whatever\r\n\r\n{self.body}")
                    return
                talk.write(f"{self.name}: {line}")
                talk.flush()


@dataclass(slots=True)
class Session:
    """A client's connection through a NodeBalancer."""

    wire: socket.socket

    def ask(self, line: str = "who") -> str | None:
        """The name of the backend that answers; None where the connection is gone."""
        try:
            self.wire.sendall(f"{line}\n".encode())
            answer = self.wire.recv(1024).decode()
        except OSError:
            return None
        return answer.partition(":")[0] or None

    def close(self) -> None:
        self.wire.close()


def connect(host: str, port: int) -> Session:
    """A session, whoever serves it."""
    wire = socket.create_connection((host, port), timeout=5)
    return Session(wire)


def reached(host: str, port: int) -> str | None:
    """Who answers a new client now; None for nobody."""
    try:
        session = connect(host, port)
    except OSError:
        return None
    try:
        return session.ask()
    finally:
        session.close()

"""A wire that loses one reply, or delivers one request late: without it, retries would go untested."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

QUIET = 0.1

What = Literal["nothing", "reply", "request"]


@dataclass(slots=True)
class Thief:
    """Forwards one unix socket to another. `steal("reply")`: the next request is carried out, its
    reply is swallowed and the connection ends. `steal("request")`: the next request is kept back
    and the connection ends; `deliver` hands it in later."""

    listen: Path
    target: Path
    stolen: int = 0
    _what: What = "nothing"
    _kept: list[bytes] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=lambda: socket.socket(socket.AF_UNIX))

    def __enter__(self) -> Self:
        self._listener.bind(str(self.listen))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def steal(self, what: What) -> None:
        self._what = what

    def deliver(self) -> None:
        """The request kept back arrives at last; nobody reads its reply."""
        with socket.socket(socket.AF_UNIX) as late:
            late.connect(str(self.target))
            late.sendall(b"".join(self._kept))
            _drain(late)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, socket.socket(socket.AF_UNIX) as far, contextlib.suppress(OSError):
            far.connect(str(self.target))
            while chunk := self._next(near, far):
                if self._what == "nothing":
                    far.sendall(chunk)
                    continue
                self._take(chunk, near, far)
                return

    def _next(self, near: socket.socket, far: socket.socket) -> bytes:
        """Carry replies home until the client asks something."""
        while True:
            ready, _, _ = select.select([near, far], [], [])
            if near in ready:
                return near.recv(1 << 20)
            reply = far.recv(1 << 20)
            if not reply:
                return b""
            near.sendall(reply)

    def _take(self, chunk: bytes, near: socket.socket, far: socket.socket) -> None:
        what, self._what = self._what, "nothing"
        whole = chunk + _drain(near)
        self.stolen += 1
        if what == "request":
            self._kept.append(whole)
            return
        far.sendall(whole)
        _drain(far)


def _drain(end: socket.socket) -> bytes:
    """Read until nothing comes any more."""
    found = b""
    while select.select([end], [], [], QUIET)[0]:
        chunk = end.recv(1 << 20)
        if not chunk:
            break
        found += chunk
    return found

"""A wire that can go silent without a word: without it, a half-open connection could not be shown."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass(slots=True)
class Pair:
    """One connection's two ends; a mark of its own, for a later socket may bear the id of one that is gone."""

    near: socket.socket
    far: socket.socket
    stalled: bool


class Proxy:
    """Forwards TCP to one endpoint. `stall` stops forwarding while every socket stays open;
    `drop` ends the connections; connections made later are forwarded again by `flow`."""

    def __init__(self, endpoint: str, *, change: Callable[[bytes], bytes] = bytes) -> None:
        """`change` is done to whatever passes, in both directions."""
        url = urlsplit(endpoint)
        self._target = (url.hostname or "", url.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"{url.scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._change = change
        self._lock = threading.Lock()
        self._flowing = True
        self._pairs: list[Pair] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()

    def stall(self) -> None:
        """Everything that is connected, or connects, hears nothing any more."""
        with self._lock:
            self._flowing = False
        self.stall_present()

    def stall_present(self) -> None:
        """Only what is connected now hears nothing any more; who connects anew is served."""
        with self._lock:
            for pair in self._pairs:
                pair.stalled = True

    def flow(self) -> None:
        with self._lock:
            self._flowing = True

    def drop(self) -> None:
        """End all connections, as a restarted server does."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in (pair.near, pair.far):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            with self._lock:
                pair = Pair(near, far, stalled=not self._flowing)
                self._pairs.append(pair)
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(*ends, pair), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, pair: Pair) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if not pair.stalled:
                    sink.sendall(self._change(chunk))
            sink.shutdown(socket.SHUT_WR)

"""A wire that can go silent without a word: without it, a half-open connection could not be shown."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit


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
        self._flowing = threading.Event()
        self._flowing.set()
        self._stalled: set[int] = set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []

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
        self._flowing.clear()
        self.stall_present()

    def stall_present(self) -> None:
        """Only what is connected now hears nothing any more; who connects anew is served."""
        self._stalled |= {id(pair[0]) for pair in self._pairs}

    def flow(self) -> None:
        self._flowing.set()

    def drop(self) -> None:
        """End all connections, as a restarted server does."""
        pairs, self._pairs = self._pairs, []
        for ends in pairs:
            for end in ends:
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
            self._pairs.append((near, far))
            if not self._flowing.is_set():
                self._stalled.add(id(near))
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=self._pump, args=(source, sink, id(near)), daemon=True
                ).start()

    def _pump(self, source: socket.socket, sink: socket.socket, pair: int) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                if pair not in self._stalled:
                    sink.sendall(self._change(chunk))
            sink.shutdown(socket.SHUT_WR)

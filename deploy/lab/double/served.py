"""A WSGI application on an address of ours, in threads: how the double listens, and stops."""

from __future__ import annotations

import errno
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


PATIENCE = 2.0
"""Seconds until a port that stays taken is somebody else's."""


class Quiet(WSGIRequestHandler):
    """Says nothing of single requests: the double keeps a log of its own."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass


@dataclass(slots=True)
class Served:
    """One listening address; port 0 for any."""

    app: WSGIApplication
    host: str = "127.0.0.1"
    port: int = 0
    _server: BaseWSGIServer | None = None
    _kept: socket.socket | None = None

    def start(self) -> None:
        """Listen, if nobody does yet."""
        if self._server is not None:
            return
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        self._server = make_server(
            self.host, self.port, self.app, threaded=True, request_handler=Quiet
        )
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def pause(self) -> None:
        """Listen no more: whoever comes now is refused. The port stays ours, so that nobody else
        answers there meanwhile; `start` listens again."""
        self.stop()
        self._kept = socket.socket()
        self._kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _bind(self._kept, (self.host, self.port))

    def stop(self) -> None:
        """Listen no more, and give the port away."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


def _bind(kept: socket.socket, place: tuple[str, int]) -> None:
    """Take a port that was just given away: the kernel may take a moment to forget who listened."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return kept.bind(place)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > until:
                raise
            time.sleep(0.005)

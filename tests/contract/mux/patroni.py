"""A Patroni that leads or not as the test says: without it, every demotion would take a whole lab."""

import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.contract import ports


@dataclass(slots=True, kw_only=True)
class Patroni:
    """Its REST API on 127.0.0.1, and 127.0.0.2; `delay` is how long an answer takes, in seconds; so many `refusals`
    are said first, whoever leads."""

    context: ssl.SSLContext | None = None
    port: int = field(default_factory=lambda: ports.free()[0])
    leads: bool = True
    delay: float = 0
    refusals: int = 0
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None

    def up(self) -> None:
        self._server = _Server(("0.0.0.0", self.port), _handler(self))
        if self.context is not None:
            listener = self._server.socket
            self._server.socket = self.context.wrap_socket(listener, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Nobody listens any more: connections are refused."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def status(self, path: str) -> int:
        """What Patroni 4 answers of a running member; unknown paths get what a replica's do."""
        as_leader = path.partition("?")[0] in {"/", "/primary", "/leader", "/read-write", "/health"}
        with self._lock:
            leads = self.leads and not self.refusals
            self.refusals = max(0, self.refusals - 1)
        return 200 if as_leader == leads or path == "/health" else 503

    def hear(self, line: str) -> None:
        """Take a request, and the time that an answer takes. It has ended before the answer's first byte:
        HAProxy sends the next one as soon as it has that."""
        with self._lock:
            self.asked.append(line)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(self.delay)
        with self._lock:
            self._at_once -= 1


class _Server(ThreadingHTTPServer):
    """Threads as in Patroni; nobody waits for one that hangs, and a hung-up client is no news."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def _handler(patroni: Patroni) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            patroni.hear(f"{self.command} {self.path}")
            self.send_response(patroni.status(self.path))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            if self.command == "GET":
                role = "primary" if patroni.leads else "replica"
                self.wfile.write(b'{"state": "running", "role": "%s"}' % role.encode())

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_OPTIONS(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    return Handler

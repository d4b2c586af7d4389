"""A small real webhook: without it no test could be down, silent, slow or rude to the hook."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.contract import ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One request as it came in; `at` is monotonic, in seconds."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    after: float = 0.0  # seconds


ACCEPTED = Answer()
Answering = Callable[[Post], Answer]


class Receiver:
    """Listens on one port of 127.0.0.1, and may go down and come back on it."""

    def __init__(self) -> None:
        self.port = ports.free()[0]
        self.posts: list[Post] = []
        self.answer: Answering = lambda _: ACCEPTED
        self.most_at_once = 0
        self._now = 0
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/events"

    def up(self, *, tls: ssl.SSLContext | None = None) -> float:
        """Start listening; the monotonic time of it."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return time.monotonic()

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait(self, count: int, *, within: float) -> list[Post]:
        """Return the posts as soon as there are so many; fail after `within` seconds."""
        deadline = time.monotonic() + within
        while len(self.posts) < count:
            assert time.monotonic() < deadline, f"{len(self.posts)} of {count} posts in {within} s"
            time.sleep(0.02)
        return self.posts

    def take(self, post: Post) -> Answer:
        with self._lock:
            self.posts.append(post)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            answer = self.answer(post)
            time.sleep(answer.after)
        finally:
            with self._lock:
                self._now -= 1
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = receiver.take(
                    Post(at=time.monotonic(), path=self.path, headers=headers, body=body)
                )
                with suppress(ConnectionError):  # whoever asked has given up
                    self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response_only(answer.status)
                for name, value in {**answer.headers, "Content-Length": len(answer.body)}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *args: object) -> None:
                """Say nothing on the terminal."""

        return Handler


@contextmanager
def silent() -> Iterator[str]:
    """Give the URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/events"


@contextmanager
def unreachable() -> Iterator[str]:
    """Give the URL of a port whose backlog is full: a connection is never made, as if packets got lost."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(("127.0.0.1", port))
        try:
            yield f"http://127.0.0.1:{port}/events"
        finally:
            for one in waiting:
                one.close()

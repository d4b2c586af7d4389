"""A server that gives everything away: without it nobody would know what we repeat of what others say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

STATUSES = (500, 401, 403, 200, 429, 400, 503, 404, 200)


@dataclass
class Babbler:
    """Stands for Linode, Slack, an on-call tool, Patroni and a webhook at once. Each answer repeats the
    request's own headers and body, and a password of its own."""

    password: str
    url: str = ""
    asked: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def answer(self, path: str, headers: str, body: str) -> tuple[int, bytes]:
        self.asked.append(path)
        number = next(self._numbers)
        said = f"{headers} {body} password={self.password} postgres://u:{self.password}@h/d"
        told: dict[str, object] = {
            "ok": False,
            "error": f"invalid_auth {said}",
            "errors": [{"field": said, "reason": said}],
            "message": said,
            "role": said,
            "state": said,
        }
        text = said if number % 4 == 3 else json.dumps(told)
        return STATUSES[number % len(STATUSES)], text.encode()


@contextmanager
def babbling(password: str) -> Iterator[Babbler]:
    babbler = Babbler(password)

    class Handler(BaseHTTPRequestHandler):
        def _all(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            told = " ".join(f"{k}: {v}" for k, v in self.headers.items())
            status, text = babbler.answer(self.path, told, body.decode(errors="replace"))
            self.send_response(status, "because " + told.replace("\n", " ")[:800])
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.send_header("retry-after", "1")
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _all  # noqa: N815

        def log_message(self, format: str, *words: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        babbler.url = f"http://127.0.0.1:{server.server_port}"
        yield babbler
        server.shutdown()

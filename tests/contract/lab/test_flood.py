"""The forger keeps its pace, and counts every answer."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PER_SECOND = 100


class Refusing(BaseHTTPRequestHandler):
    """Refuses whatever is unsigned, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"{}"
        self.send_response(202 if "webhook-signature" in self.headers else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def request(*lines: str) -> str:
    head = "".join(f"{line}\r\n" for line in ("Host: x", "Content-Length: 2", *lines))
    return f"POST /events HTTP/1.1\r\n{head}\r\n{{}}".encode().hex()


def test_a_flood_is_even_and_counted(tmp_path: Path, port: int) -> None:
    """Both kinds of request are answered in turn, at the pace that was asked for, until it is ended."""
    asked = tmp_path / "requests"
    asked.write_text(f"{request()}\n{request('webhook-signature: v1a,x')}\n")
    command = [sys.executable, "-m", "deploy.lab.flood", str(asked), "127.0.0.1", str(port)]
    with subprocess.Popen([*command, str(PER_SECOND)], stdout=subprocess.PIPE) as flood:
        time.sleep(2.5)
        flood.send_signal(signal.SIGTERM)
        said, _ = flood.communicate(timeout=10)
    tally = json.loads(said)
    assert tally["offered"] == pytest.approx(PER_SECOND * tally["seconds"], rel=0.2)
    assert sum(tally["answers"].values()) == pytest.approx(tally["offered"], abs=100)
    assert set(tally["answers"]) == {"202", "401"}
    assert abs(tally["answers"]["202"] - tally["answers"]["401"]) <= 16


def test_who_is_not_there_is_counted_too(tmp_path: Path) -> None:
    """A webhook that refuses every connection ends no flood."""
    asked = tmp_path / "requests"
    asked.write_text(request() + "\n")
    command = [sys.executable, "-m", "deploy.lab.flood", str(asked), "127.0.0.1", "1", "500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as flood:
        time.sleep(1.5)
        flood.send_signal(signal.SIGTERM)
        said, _ = flood.communicate(timeout=10)
    assert set(json.loads(said)["answers"]) == {"none"}

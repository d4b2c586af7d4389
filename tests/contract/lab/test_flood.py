"""The forger keeps its pace, and counts every answer."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.lab.flood import CONNECTIONS
from deploy.lab.process import about, wait_until

PER_SECOND, ENOUGH = 100, 250
"""Requests a second, and after how many of them the flood is ended."""


class Refusing(BaseHTTPRequestHandler):
    """Refuses whatever is unsigned, over connections that stay open, and notes what it answers."""

    protocol_version = "HTTP/1.1"
    statuses: list[int]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"{}"
        status = 202 if "webhook-signature" in self.headers else 401
        self.statuses.append(status)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    Refusing.statuses = []
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
        wait_until("the flood", lambda: len(Refusing.statuses) >= ENOUGH, seconds=40)
        tally = ended(flood)
    answered = sum(tally["answers"].values())
    assert tally["offered"] == pytest.approx(PER_SECOND * tally["seconds"], rel=0.02)
    assert answered <= len(Refusing.statuses) <= tally["offered"]
    assert answered >= len(Refusing.statuses) - CONNECTIONS
    assert set(tally["answers"]) == {"202", "401"}
    assert abs(tally["answers"]["202"] - tally["answers"]["401"]) <= 16


def test_who_is_not_there_is_counted_too(tmp_path: Path) -> None:
    """A webhook that refuses every connection ends no flood."""
    asked = tmp_path / "requests"
    asked.write_text(request() + "\n")
    command = [sys.executable, "-m", "deploy.lab.flood", str(asked), "127.0.0.1", "1", "500"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as flood:
        wait_until("it to listen to us", lambda: catches(flood.pid, signal.SIGTERM), seconds=20)
        tally = ended(flood)
    assert set(tally["answers"]) == {"none"}


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has said what it does at a signal: until then that is its death."""
    lines = about(pid, "status").splitlines()
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (number - 1) & 1)


def ended(flood: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What it counted, by its own word, once it was ended."""
    flood.send_signal(signal.SIGTERM)
    said, _ = flood.communicate(timeout=20)
    tally: dict[str, Any] = json.loads(said)
    return tally

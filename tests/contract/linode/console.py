"""Somebody who types `pgbaton …` beside the double, as a process of its own, before three members that answer HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.contract import ports
from tests.contract.linode.double import Double

MEMBERS = {"pg1": "127.0.0.1", "pg2": "127.0.0.2", "pg3": "127.0.0.3"}
INVENTORY = """
[redis]
url = "redis://127.0.0.1:{closed}"
[etcd.main]
endpoints = ["http://127.0.0.1:{closed}"]
[clusters.shop]
etcd = "main"
scope = "shop"
machines = {{ pg1 = "127.0.0.1", pg2 = "127.0.0.2", pg3 = "127.0.0.3" }}
[clusters.shop.mux]
port = {traffic}
[linode]
url = "{url}"
timeout = {timeout}
[nodebalancers.front]
cluster = "shop"
label = "shop-front"
region = "us-ord"
"""


@dataclass(slots=True, kw_only=True)
class Operator:
    """Her inventory has no address yet; nobody leads by etcd, which is not there."""

    folder: Path
    double: Double
    traffic: int
    timeout: float = 20
    environ: dict[str, str] = field(default_factory=dict)
    more: str = ""

    def types(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        file = self.folder / "inventory.toml"
        closed = ports.free()[0]
        text = INVENTORY.format(
            closed=closed, traffic=self.traffic, url=self.double.url, timeout=self.timeout
        )
        file.write_text(text + self.more)
        environ = {
            **os.environ,
            "PGBATON_INVENTORY": str(file),
            "PGBATON_LINODE_TOKEN": self.double.token,
            **self.environ,
        }
        command = [str(Path(sys.executable).parent / "pgbaton"), *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=50)

    def document(self, *words: str) -> Any:
        """The JSON that a command prints."""
        return json.loads(self.types(*words, "--json").stdout)


@contextmanager
def members(answers: Mapping[str, int]) -> Iterator[int]:
    """Let each member's port answer GET with a status; yields the port, the same on all of them."""
    servers: list[ThreadingHTTPServer] = []
    try:
        port = _listen(answers, servers)
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield port
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _listen(answers: Mapping[str, int], servers: list[ThreadingHTTPServer]) -> int:
    """A port that is free on the first address may be taken on another."""
    while True:
        port = ports.free()[0]
        try:
            for member, status in answers.items():
                servers.append(ThreadingHTTPServer((MEMBERS[member], port), _answering(status)))
        except OSError:
            while servers:
                servers.pop().server_close()
            continue
        return port


def _answering(status: int) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Nobody reads it."""

    return Answer

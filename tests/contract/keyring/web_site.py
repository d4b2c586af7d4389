"""The intake as gunicorn serves it over TLS, laid down from a keyring, and a sender that never pauses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import requests

from deploy.keyring import Keyring
from tests.contract import ports
from tests.contract.webhook.stage import end
from tests.parts import OF_THE_TESTS
from tests.unit.webhook.ear import envelope, signed
from tests.waiting import until


@dataclass(slots=True)
class WebSite:
    """One gunicorn with the files of its machine, and the inventory's text as `push` left it there."""

    folder: Path
    redis: int
    port: int = field(default_factory=lambda: ports.free()[0])
    process: subprocess.Popen[bytes] | None = None
    sent: int = 0

    @property
    def keyring(self) -> Keyring:
        return Keyring(self.folder / "keys")

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/events"

    def toml(self) -> str:
        return f"""\
[redis]
url = "redis://127.0.0.1:{self.redis}/0"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[clusters.shop]
etcd = "main"
scope = "main"
machines = {{ pg1 = "127.0.0.21", pg2 = "127.0.0.22" }}
[webhook]
urls = ["{self.url}"]
ca = "/etc/pgbaton/tls/ca.pem"
[machines.control1]
address = "127.0.0.1"
runs = ["redis", "web"]
"""

    def push(self, text: str) -> None:
        """To the web machine: files that are put whole, and a reload where the inventory changed;
        gunicorn reads its certificate at each connection."""
        changed = _text(self.folder / "inventory.toml") != text
        own = self.keyring.certificate("control1", "web")
        for name, content in (
            ("inventory.toml", text),
            ("ca.pem", self.keyring.ca()),
            ("web.pem", own.cert + own.key),
        ):
            self.put(name, content)
        if self.process is not None and changed:
            self.process.send_signal(signal.SIGHUP)

    def put(self, name: str, content: str) -> None:
        """Written beside and renamed, as push does."""
        part = self.folder / f"{name}.part"
        part.write_text(content)
        part.replace(self.folder / name)

    @contextmanager
    def serving(self, text: str) -> Iterator[None]:
        self.push(text)
        pem = str(self.folder / "web.pem")
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "4"]
        command += [
            "--config",
            "python:webhook.serving",
            "--certfile",
            pem,
            "--keyfile",
            pem,
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "webhook.wsgi:app"],
                stdout=log,
                stderr=log,
                env={
                    **OF_THE_TESTS,
                    "PYTHONSAFEPATH": "1",
                    "PGBATON_INVENTORY": str(self.folder / "inventory.toml"),
                },
            )
        try:
            until(self._answers, seconds=40)
            yield
        finally:
            end(self.process)

    def tell(self, key: str, *, source: str = "pg1") -> int:
        """One event over a connection of its own; the status of the answer."""
        self.sent += 1
        body = json.dumps(
            envelope(id=f"{source}-{self.sent}-{os.getpid()}", source=source, subject="shop")
        ).encode()
        headers = signed(json.loads(body)["id"], body, key, time.time())
        ca = str(self.folder / "ca.pem")
        return requests.post(
            self.url, data=body, headers=headers, verify=ca, timeout=30
        ).status_code

    def _answers(self) -> bool:
        try:
            health = self.url.replace("/events", "/healthz")
            return requests.get(health, verify=str(self.folder / "ca.pem"), timeout=20).ok
        except (requests.ConnectionError, requests.Timeout):
            return False


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


@contextmanager
def telling(site: WebSite) -> Iterator[list[int | str]]:
    """A database machine that was pushed to last of all: its key is the one that it had. Its answers."""
    answers: list[int | str] = []
    ended, key = threading.Event(), site.keyring.sender("pg2").whsk

    def run() -> None:
        while not ended.is_set():
            try:
                answers.append(site.tell(key, source="pg2"))
            except requests.RequestException as error:
                answers.append(repr(error))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()

"""A real Redis and a real gunicorn on free ports: what the webhook's contract tests run against."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue

from deploy.lab.bench.heard.ground import DURABLE, environment, gunicorn, redis_server
from deploy.lab.process import about
from jobs.audit import Entry
from jobs.names import QUEUE
from jobs.signatures import key_pair, secret_text
from tests.contract.ports import free
from tests.parts import ROOT
from tests.unit.webhook.ear import envelope, signed
from tests.waiting import until
from workers.redis import RedisLedger

INVENTORY = """
[redis]
url = "redis://127.0.0.1:{port}/0"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[clusters.orders]
etcd = "main"
scope = "orders"
[senders.db1]
clusters = ["orders"]
keys = ["{public}"]
hmac = true
per_minute = 1000000
"""


def catches(process: subprocess.Popen[bytes], number: signal.Signals) -> bool:
    """Whether a process has a hand for this signal already: before that, it would die of it."""
    caught = re.search(r"^SigCgt:\s*(\w+)$", about(process.pid, "status"), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) >> (number - 1) & 1)


def end(process: subprocess.Popen[bytes], number: int = signal.SIGTERM) -> int:
    """End a process that the test started, by whatever signal, and wait for it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        return process.wait(timeout=25)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(timeout=15)


@dataclass
class RedisServer:
    """A Redis with a folder of its own, which survives being killed."""

    program: Path
    folder: Path
    options: tuple[str, ...] = DURABLE
    port: int = field(default_factory=lambda: free()[0])
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        command = redis_server(self.program, port=self.port, folder=self.folder)
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([*command, *self.options], stdout=log, stderr=log)
        until(self._answers)

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "redis.log").read_text()
        try:
            with self.client() as client:
                return bool(client.ping())
        except RedisError:
            return False

    def client(self) -> Redis:
        return Redis(host="127.0.0.1", port=self.port, socket_timeout=5)

    def jobs(self) -> list[str]:
        """The functions of the jobs that wait."""
        with self.client() as client:
            queue: Any = Queue(QUEUE, connection=client, serializer="json")
            return [job.func_name for job in queue.jobs]

    def trail(self, cluster: str = "orders") -> list[Entry]:
        with self.client() as client:
            return list(RedisLedger(client, inventory="x").entries(cluster))

    def events(self) -> list[str]:
        """The ids of the accepted events, in the trail's order."""
        facts = [entry.facts for entry in self.trail()]
        return [fact["evidence"]["id"] for fact in facts if fact["kind"] == "event"]


@dataclass
class Web:
    """gunicorn with the intake, as the Procfile starts it; `private` and `shared` are db1's keys."""

    folder: Path
    redis_port: int
    application: str = "webhook.wsgi:app"
    port: int = field(default_factory=lambda: free()[0])
    private: str = ""
    shared: str = field(default_factory=lambda: secret_text(secrets.token_bytes(32)))
    process: subprocess.Popen[bytes] = field(init=False)

    def write_inventory(self) -> None:
        """Make a new key pair, and an inventory that knows its public half."""
        pair = key_pair(secrets.token_bytes(32))
        self.private = pair.private
        text = INVENTORY.format(port=self.redis_port, public=pair.public)
        (self.folder / "inventory.toml").write_text(text)

    def launch(self, **environ: str) -> None:
        """Start gunicorn and leave it at that."""
        self.write_inventory()
        with (self.folder / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                gunicorn(self.application, port=self.port),
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={
                    **environment(self.folder / "inventory.toml"),
                    "PGBATON_SENDER_DB1": self.shared,
                    **environ,
                },
            )

    def start(self) -> None:
        self.launch()
        until(self._answers, seconds=40)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log()
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def log(self) -> str:
        return (self.folder / "web.log").read_text()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path, None, {})

    def tell(self, key: str | None = None, **changed: Any) -> Answer:
        """Post an event signed now."""
        body, headers = self.signed(key, **changed)
        return self.ask("POST", "/events", body, headers)

    def signed(self, key: str | None = None, **changed: Any) -> tuple[bytes, dict[str, str]]:
        raw = envelope(**changed)
        body = json.dumps(raw).encode()
        return body, signed(raw["id"], body, key or self.private, time.time())

    def ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            connection.request(method, path, body=body, headers=dict(headers))
            response = connection.getresponse()
            return Answer(
                status=response.status, headers=dict(response.getheaders()), body=response.read()
            )
        finally:
            connection.close()


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

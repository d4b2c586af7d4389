"""A real Redis and the pages in a real gunicorn, and an incident told into the trail step by step."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jobs.audit import Draft, Kind
from tests.contract.ports import free
from tests.contract.webhook.stage import Answer
from tests.parts import OF_THE_TESTS, ROOT
from tests.waiting import until
from webhook.pages.credentials import new_token, password_hash, token_hash
from workers.redis import RedisLedger, RedisSettings, connect

INVENTORY = """
[redis]
url = "redis://127.0.0.1:{port}/0"
[etcd.main]
endpoints = ["http://127.0.0.1:1"]
[clusters.shop]
etcd = "main"
scope = "shop"
[pages]
viewers = {viewers}
"""


@dataclass
class PagesServer:
    """gunicorn with the pages, as the Procfile starts it."""

    folder: Path
    redis_port: int
    viewers: int = 20
    port: int = field(default_factory=lambda: free()[0])
    password: str = field(default_factory=new_token)
    token: str = field(default_factory=new_token)
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, **environ: str) -> None:
        inventory = self.folder / "pages.toml"
        inventory.write_text(INVENTORY.format(port=self.redis_port, viewers=self.viewers))
        with (self.folder / "pages.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", f"exec env {procfile_line()}"],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env={
                    **OF_THE_TESTS,
                    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                    "PAGES_BIND": f"127.0.0.1:{self.port}",
                    "PGBATON_INVENTORY": str(inventory),
                    "PGBATON_VIEWER_PASSWORD": password_hash(self.password),
                    "PGBATON_VIEWER_TOKENS": token_hash(self.token),
                    **environ,
                },
            )
        until(self._answers, seconds=40)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log()
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False

    def log(self) -> str:
        return (self.folder / "pages.log").read_text()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask with the token, unless told otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            known = {"Authorization": f"Bearer {self.token}"} if headers is None else dict(headers)
            connection.request("GET", path, headers=known)
            response = connection.getresponse()
            return Answer(
                status=response.status, headers=dict(response.getheaders()), body=response.read()
            )
        finally:
            connection.close()


def procfile_line() -> str:
    lines = (ROOT / "Procfile").read_text().splitlines()
    return next(line.removeprefix("pages: ") for line in lines if line.startswith("pages: "))


@dataclass
class Teller:
    """Appends an incident of cluster shop, as the jobs do."""

    redis_port: int
    incident: str = "shop-1"
    count: int = 0
    ledger: RedisLedger = field(init=False)
    first: int = field(init=False)

    def __post_init__(self) -> None:
        settings = RedisSettings(url=f"redis://127.0.0.1:{self.redis_port}/0")
        self.ledger = RedisLedger(connect(settings), inventory="x")
        self.first = self.ledger.head("shop").seq + 1

    def tell(self, *facts: tuple[Kind, Mapping[str, Any]], seconds: float | None = None) -> None:
        self.ledger.append("shop", [self._draft(kind, told, seconds) for kind, told in facts])

    def _draft(self, kind: Kind, told: Mapping[str, Any], seconds: float | None) -> Draft:
        self.count += 1
        own = None if kind == Kind.EVENT else self.incident
        return Draft(
            id=f"{self.incident}:{self.count}",
            kind=kind,
            incident=own,
            seconds=seconds,
            evidence=told,
        )

    def opens(self) -> None:
        lost = {"member": None, "epoch": None}
        self.tell(
            (Kind.EVENT, {"type": "pgbaton.etcd.leader", "sender": "watch", "data": lost}),
            (Kind.OPENED, {"before": "pg1", "why": "nobody holds the leader key"}),
            (Kind.VERDICT, {"verdict": "not-yet", "reason": "nobody holds the leader key"}),
        )

    def verified(self, hosts: Sequence[str]) -> None:
        fence = {"system": "7301", "pg_timeline": 2, "epoch": 20}
        self.tell(
            (
                Kind.VERDICT,
                {"verdict": "confirmed", "reason": "pg2 leads", "member": "pg2", "fence": fence},
            ),
            (Kind.PLANNED, {"hosts": list(hosts)}),
        )

    def follows(self, host: str, **changed: Any) -> None:
        told = {
            "host": host,
            "outcome": "changed",
            "member": "pg2",
            "restarted": ["store"],
            "reason": "",
            "remedy": "",
            **changed,
        }
        self.tell((Kind.HOST, told), seconds=0.4)

    def concludes(self) -> None:
        self.tell((Kind.CONCLUDED, {"reason": "every target follows"}), seconds=3.2)

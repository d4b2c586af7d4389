"""`pgbaton chronicle` as it runs: the trail of a real Redis, told to a Slack over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from jobs.audit import Draft, Kind
from tests.contract.ports import free
from tests.contract.slack.double import Double
from tests.contract.webhook.stage import RedisServer, end
from tests.parts import OF_THE_TESTS, ROOT
from tests.waiting import until
from workers.redis import RedisLedger

INVENTORY = """
[redis]
url = "redis://127.0.0.1:{redis}/0"
[etcd.main]
endpoints = ["http://127.0.0.1:{nobody}"]
[pages]
url = "https://pgbaton.example.com"
[slack]
channel = "{channel}"
url = "{slack}"
[clusters.shop]
etcd = "main"
scope = "shop"
"""
MORE = '[clusters.crm]\netcd = "main"\nscope = "crm"\n'
START = [str(Path(sys.executable).parent / "pgbaton"), "chronicle", "--port"]


@dataclass(slots=True, kw_only=True)
class Night:
    """A chronicle that runs, what it reads, and what it tells."""

    redis: RedisServer
    double: Double
    file: Path
    environ: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    port: int = field(default_factory=lambda: free()[0])

    def start(self) -> subprocess.Popen[bytes]:
        with self.file.with_suffix(".log").open("ab") as log:
            command = [*START, str(self.port)]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdout=log, stderr=log
            )
        return self.process

    def tell(
        self, kind: Kind, *, cluster: str = "shop", seconds: float | None = None, **evidence: object
    ) -> None:
        incident = f"{cluster}-1"
        draft = Draft(
            id=f"{kind}:{evidence}",
            kind=kind,
            incident=incident,
            seconds=seconds,
            evidence=evidence,
        )
        with self.redis.client() as client:
            RedisLedger(client, inventory="x").append(cluster, [draft])

    def opens(self, cluster: str = "shop") -> None:
        self.tell(Kind.OPENED, cluster=cluster, before="pg1", why="no leader key")
        self.tell(Kind.VERDICT, cluster=cluster, verdict="not-yet", reason="no leader key")

    def metrics(self) -> str:
        return requests.get(f"http://127.0.0.1:{self.port}/metrics", timeout=5).text

    def hangs(self) -> bool:
        """Whether a call to Slack is under way, and has no answer."""
        return any(one.status is None for one in self.double.slack.front.journal.since())

    def says(self, *words: str) -> Callable[[], bool]:
        return lambda: all(any(word in text for text in self.double.texts) for word in words)


@pytest.fixture
def night(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Night]:
    server = RedisServer(require("redis-server"), tmp_path)
    server.start()
    with Double() as double:
        file = tmp_path / "inventory.toml"
        [nobody] = free()
        file.write_text(
            INVENTORY.format(
                redis=server.port,
                nobody=nobody,
                channel=double.space.channel,
                slack=double.slack.url,
            )
        )
        environ = {
            **OF_THE_TESTS,
            "PATH": os.environ["PATH"],
            "PGBATON_INVENTORY": str(file),
            "PGBATON_SLACK_TOKEN": double.token,
        }
        one = Night(redis=server, double=double, file=file, environ=environ)
        yield one
        if one.process is not None:
            end(one.process, signal.SIGKILL)
    end(server.process)


def test_it_tells_what_happens_and_outlives_its_own_death(night: Night) -> None:
    """Killed in the middle, etcd never there: the next one goes on in the same thread. It ends with 0."""
    process = night.start()
    night.opens()
    until(night.says("no leader is proven"), seconds=40)
    process.kill()
    process.wait(timeout=10)
    fence = {"system": "1", "pg_timeline": 2, "epoch": 9}
    night.tell(Kind.VERDICT, verdict="confirmed", reason="leads", member="pg2", fence=fence)
    night.tell(Kind.CONCLUDED, seconds=12.0, reason="all follow")
    with night.redis.client() as client:  # the dead one's lease would last for half a minute
        for key in client.keys("pgbaton:lease*"):
            client.delete(key)
    process = night.start()
    until(night.says("pg1 → pg2: concluded", "Concluded after"), seconds=40)
    roots = [note for note in night.double.space.notes if note.thread is None]
    assert len(roots) == 1
    began = time.monotonic()
    assert end(process) == 0
    assert time.monotonic() - began < 7


def test_a_reload_tells_of_clusters_that_came(night: Night) -> None:
    """SIGHUP: the old teller gives its lease back, the new one tells more."""
    process = night.start()
    night.opens()
    until(night.says("shop: pg1"), seconds=40)
    night.file.write_text(night.file.read_text() + MORE)
    process.send_signal(signal.SIGHUP)
    night.opens("crm")
    until(night.says("crm: pg1"), seconds=20)  # a lease that nobody gives back lasts 30
    assert end(process) == 0


def test_a_slack_that_hangs_holds_up_no_metrics_and_no_end(night: Night) -> None:
    """The call to Slack waits; what happens meanwhile is counted, and the process ends in time."""
    process = night.start()
    night.opens()
    until(night.says("no leader is proven"), seconds=40)
    night.double.hurt(slow=30)
    night.tell(Kind.ACKNOWLEDGED, by="dba", note="seen")
    counted = 'pgbaton_trail_entries_total{cluster="shop",kind="acknowledged"} 1.0'
    until(lambda: counted in night.metrics(), seconds=40)
    until(night.hangs)
    night.tell(Kind.ALARM, reason="two writable primaries")
    alarmed = 'pgbaton_trail_entries_total{cluster="shop",kind="alarm"} 1.0'
    until(lambda: alarmed in night.metrics(), seconds=8)  # the call is given up after 10
    began = time.monotonic()
    assert end(process) == 0
    assert time.monotonic() - began < 9


def test_a_channel_without_a_token_is_a_wrong_start(night: Night) -> None:
    """Exit code 78, and the two ways out."""
    del night.environ["PGBATON_SLACK_TOKEN"]
    process = night.start()
    assert process.wait(timeout=40) == 78
    said = night.file.with_suffix(".log").read_text()
    assert "slack-token" in said
    assert "slack-webhook" in said

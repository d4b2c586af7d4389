"""Every line of the Procfile, started by a shell as a process manager does it, with all parts real."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.signatures import KeyPair, key_pair
from tests.contract.etcd.server import Cluster, cluster
from tests.contract.ports import free
from tests.contract.webhook.stage import RedisServer, catches, end
from tests.parts import OF_THE_TESTS, ROOT
from tests.waiting import until
from webhook.pages.credentials import password_hash
from workers.etcd import Gateway

INVENTORY = """
[redis]
url = "redis://127.0.0.1:{redis}/0"
[etcd.main]
endpoints = ["{etcd}"]
[webhook]
urls = ["http://127.0.0.1:{web}"]
[clusters.orders]
etcd = "main"
scope = "orders"
[senders.watch]
clusters = ["orders"]
keys = ["{public}"]
"""


@pytest.fixture
def redis(require: Callable[[str], Path], tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(require("redis-server"), tmp_path)
    server.start()
    yield server
    end(server.process)


@pytest.fixture
def etcd(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Cluster]:
    with cluster(require("etcd"), tmp_path) as running:
        yield running


@pytest.fixture
def ports() -> tuple[int, int, int]:
    """For web, chronicle and pages."""
    web, chronicle, pages = free(3)
    return web, chronicle, pages


@pytest.fixture
def environ(
    redis: RedisServer, etcd: Cluster, ports: tuple[int, int, int], tmp_path: Path
) -> dict[str, str]:
    """What an operator gives the processes: an inventory, and the secrets that they need."""
    pair: KeyPair = key_pair(secrets.token_bytes(32))
    file, key = tmp_path / "inventory.toml", tmp_path / "ssh-key"
    file.write_text(
        INVENTORY.format(redis=redis.port, etcd=etcd.endpoints[0], web=ports[0], public=pair.public)
    )
    keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(keygen, check=True, timeout=10)
    return {
        **OF_THE_TESTS,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "WEB_BIND": f"127.0.0.1:{ports[0]}",
        "PAGES_BIND": f"127.0.0.1:{ports[2]}",
        "PGBATON_VIEWER_PASSWORD": password_hash(secrets.token_urlsafe(12)),
        "PGBATON_INVENTORY": str(file),
        "PGBATON_SENDER_KEY_WATCH": pair.private,
        "PGBATON_SSH_KEY": str(key),
    }


def lines() -> dict[str, str]:
    """The Procfile as name and command."""
    text = (ROOT / "Procfile").read_text()
    return {name: line.strip() for name, _, line in (x.partition(":") for x in text.splitlines())}


@pytest.fixture
def running(
    environ: dict[str, str], ports: tuple[int, int, int], tmp_path: Path
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All of them; `exec env` lets the shell step aside, so that a signal reaches the process."""
    more = {"chronicle": f" --port {ports[1]}"}
    processes = {}
    for name, line in lines().items():
        with (tmp_path / f"{name}.log").open("wb") as log:
            processes[name] = subprocess.Popen(
                ["sh", "-c", f"exec env {line}{more.get(name, '')}"],
                cwd=ROOT,
                env=environ,
                stdout=log,
                stderr=log,
            )
    yield processes
    for process in processes.values():
        if process.poll() is None:
            process.kill()
        process.wait(timeout=10)


def page(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def kinds(redis: RedisServer) -> list[str]:
    return [entry.facts["kind"] for entry in redis.trail()]


def test_together_they_walk_an_events_whole_road(
    running: dict[str, subprocess.Popen[bytes]],
    redis: RedisServer,
    etcd: Cluster,
    ports: tuple[int, int, int],
) -> None:
    """From etcd's key over watch, web and worker into the trail and the metrics; each ends with 0."""
    assert set(running) == {"web", "pages", "worker", "watch", "probe", "clock", "chronicle"}
    until(lambda: page(ports[0], "/readyz")[0] == 200, seconds=40)
    until(lambda: page(ports[2], "/healthz") == (200, "ok\n"), seconds=40)
    key = b"/service/orders/leader"
    Gateway(etcd.endpoints).put(key, b"pg1", timeout=2)
    until(lambda: "event" in kinds(redis), seconds=40)
    until(lambda: "opened" in kinds(redis), seconds=40)
    told = 'pgbaton_trail_entries_total{cluster="orders",kind="opened"} 1.0'
    until(lambda: told in page(ports[1], "/metrics")[1], seconds=40)
    assert {name: one.poll() for name, one in running.items()} == dict.fromkeys(running)
    until(lambda: all(catches(one, signal.SIGTERM) for one in running.values()))
    for process in running.values():
        process.send_signal(signal.SIGTERM)
    end = time.monotonic() + 20
    codes = {n: p.wait(timeout=max(end - time.monotonic(), 0.1)) for n, p in running.items()}
    assert codes == dict.fromkeys(running, 0)

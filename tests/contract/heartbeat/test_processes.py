"""Clock and watch as processes, with a real etcd that freezes: no beat that is not meant."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from jobs.ports import ScopeRef
from jobs.signatures import key_pair
from tests.contract.etcd.proxy import Proxy
from tests.contract.etcd.server import Cluster, cluster
from tests.contract.hook.receiver import Receiver
from tests.contract.ports import free
from tests.contract.webhook.stage import RedisServer, end
from tests.parts import OF_THE_TESTS
from tests.waiting import PATIENCE, until
from workers.etcd import Gateway
from workers.etcd.watch import Watch

INVENTORY = """
[redis]
url = "redis://127.0.0.1:{redis}"
[etcd.main]
endpoints = ["{etcd}"]
[clusters.shop]
etcd = "main"
scope = "shop"
[senders.watch]
clusters = ["shop"]
keys = ["{public}"]
[timing]
clock = 0.2
[heartbeat]
clock = "{sink}"
watch = "{sink}"
every = 0.2
"""


@pytest.fixture
def etcd(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Cluster]:
    with cluster(require("etcd"), tmp_path) as running:
        yield running


@pytest.fixture
def sink() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


@contextmanager
def running(
    name: str, port: int, folder: Path, etcd: Cluster, sink: Receiver, redis: int
) -> Iterator[None]:
    pair, file = key_pair(secrets.token_bytes(32)), folder / "inventory.toml"
    file.write_text(
        INVENTORY.format(redis=redis, etcd=etcd.endpoints[0], public=pair.public, sink=sink.url)
    )
    own = {"PGBATON_INVENTORY": str(file), "PGBATON_SENDER_KEY_WATCH": pair.private}
    own[f"PGBATON_{name.upper()}_METRICS_PORT"] = str(port)
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).parent / "pgbaton", name],
            env={**os.environ, **OF_THE_TESTS, **own},
            stderr=log,
        )
    try:
        yield
    finally:
        assert end(process) == 0, (folder / f"{name}.log").read_text()


def shown(port: int) -> str:
    try:
        return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE).text
    except requests.ConnectionError:
        return ""


def counted(port: int, result: str) -> float:
    """How many of its rounds ended so, by its own word."""
    sample = rf'^pgbaton_rounds_total{{process="\w+",result="{result}"}} (\S+)$'
    found = re.search(sample, shown(port), re.MULTILINE)
    return float(found[1]) if found else 0


def falls_silent(sink: Receiver, *, rounds: float) -> bool:
    """No beat for so many seconds, in which several rounds end."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        before = len(sink.posts)
        time.sleep(rounds)
        if len(sink.posts) == before:
            return True
    return False


def test_the_watch_beats_while_it_hears(etcd: Cluster, sink: Receiver, tmp_path: Path) -> None:
    """Stops with an etcd that is frozen, and goes on with it; /metrics says the same."""
    [port] = free()
    with running("watch", port, tmp_path, etcd, sink, 1):
        sink.wait(2, within=PATIENCE)
        assert counted(port, "heard")
        deaf = counted(port, "deaf")
        etcd.members[0].freeze()
        until(lambda: counted(port, "deaf") > deaf)
        assert falls_silent(sink, rounds=3)
        etcd.members[0].thaw()
        sink.wait(len(sink.posts) + 1, within=PATIENCE)
        assert 'pgbaton_build_info{inventory="' in shown(port)


def test_a_watch_whose_stream_is_dead_is_not_heard(etcd: Cluster) -> None:
    """Reads work, the stream does not: half an ear is none."""

    def deaf(passing: bytes) -> bytes:
        return passing.replace(b"/v3/watch", b"/v3/wotch")

    scope = ScopeRef(cluster="shop", namespace="deaf", scope="main")
    whole = Watch(Gateway(etcd.endpoints), [scope], every=0.2)
    with Proxy(etcd.endpoints[0], change=deaf) as proxy:
        half = Watch(Gateway([proxy.endpoint]), [scope], every=0.2)
        following = [iter(whole), iter(half)]
        for news in following:
            next(news)
        until(whole.hears)
        assert half.asked is not None
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert not half.hears()
        half.stop()
    whole.stop()


def test_the_clock_beats_while_it_compares(
    etcd: Cluster, sink: Receiver, require: Callable[[str], Path], tmp_path: Path
) -> None:
    """Stops where its only etcd is frozen, and where Redis is gone."""
    [port] = free()
    redis = RedisServer(require("redis-server"), tmp_path)
    redis.start()
    try:
        with running("clock", port, tmp_path, etcd, sink, redis.port):
            sink.wait(2, within=PATIENCE)
            sightless = counted(port, "sightless")
            etcd.members[0].freeze()
            until(lambda: counted(port, "sightless") > sightless)
            assert falls_silent(sink, rounds=1)
            etcd.members[0].thaw()
            sink.wait(len(sink.posts) + 1, within=PATIENCE)
            blind = counted(port, "blind")
            end(redis.process)
            until(lambda: counted(port, "blind") > blind)
            assert falls_silent(sink, rounds=1)
    finally:
        end(redis.process)

"""The bench of rest computes what it claims: seconds and memory of whole process trees, requests by who asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from deploy.lab.bench.resting.counts import Counts, handled
from deploy.lab.bench.resting.fed import Feeder, batches
from deploy.lab.bench.resting.looked import Look
from deploy.lab.bench.resting.spent import Memory, memory_of, seconds_of
from deploy.lab.bench.resting.told import told
from deploy.lab.bench.resting.wire import Asked, owners, questions, segment_of
from deploy.lab.bench.resting.world import Size, env_of, inventory_of, leader_of, replica_of
from deploy.lab.keys import KeyPair, make_secrets
from jobs.inventory import Inventory, load_inventory

BURN = "import time\nwhile time.process_time() < {seconds}: pass\nprint(time.process_time())\n"
PARENT = (
    "import subprocess, sys, time\n"
    f"burnt = subprocess.check_output([sys.executable, '-c', {BURN.format(seconds=0.3)!r}])\n"
    "print(float(burnt) + time.process_time(), flush=True)\ntime.sleep(60)\n"
)
FORKING = """
import os, sys, time
pad = b"x" * 2**25
print("alone", flush=True)
sys.stdin.readline()
if not os.fork():
    own = bytearray(2**24)
    own[:: 2**12] = b"y" * len(own[:: 2**12])
    print(os.getpid(), flush=True)
time.sleep(60)
"""
SIZE = Size(clusters=30, hosts=10, balancers=2, warm=100)


def test_seconds_of_children_that_ended_count() -> None:
    """A worker forks for its jobs: what these spent is the worker's."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        said = float(parent.stdout.readline())
        spent = seconds_of(parent.pid)
        parent.kill()
    assert said - 0.05 <= spent < said + 0.3  # two clocks' ticks, and the ends of both
    assert seconds_of(parent.pid) == 0.0


def test_memory_counts_what_is_shared_once() -> None:
    """A child that was forked shares its parent's pages; what it writes itself is added."""
    with subprocess.Popen(
        [sys.executable, "-c", FORKING], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdout.readline()
        alone = memory_of(parent.pid)
        parent.stdin.write(b"\n")
        parent.stdin.flush()
        child = int(parent.stdout.readline())
        both = memory_of(parent.pid)
        os.kill(child, signal.SIGKILL)
        parent.kill()
    assert alone.alone > 32
    assert alone.alone + 15 < both.alone < alone.alone + 30
    assert both.pss <= both.alone + 1


def frame(at: int, data: bytes, *, flags: int = 0x18) -> bytes:
    """An Ethernet frame with a TCP segment from port 40000."""
    tcp = (40000).to_bytes(2) + at.to_bytes(2) + bytes(8) + bytes([0x80, flags]) + bytes(18)
    length = (20 + len(tcp) + len(data)).to_bytes(2)
    ip = (
        b"\x45\x00" + length + bytes(5) + b"\x06" + bytes(2) + bytes([10, 77, 0, 41, 10, 77, 0, 11])
    )
    return bytes(12) + b"\x08\x00" + ip + tcp + data


@pytest.mark.parametrize(
    ("at", "data", "flags", "asked"),
    [
        (2379, b"POST /v3/kv/txn HTTP/1.1\r\n\r\n{}", 0x18, [("etcd", "/v3/kv/txn")]),
        (2379, b'{"compare": []}', 0x18, []),
        (6379, b"*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nget\r\n$1\r\nx\r\n", 0x18, [("Redis", "PING"), ("Redis", "GET")]),
        (6379, b"*3\r\n$7\r\nEVALSHA\r\n$2\r\nab\r\n$1\r\n0\r\n", 0x18, [("Redis", "EVALSHA")]),
        (22, b"", 0x02, [("SSH", "connection")]),
        (22, b"\x00secret", 0x18, []),
        (443, b"GET / HTTP/1.1\r\n", 0x18, []),
    ],
    ids=["etcd", "body", "pipeline", "script", "login", "session", "another"],
)  # fmt: skip
def test_a_segment_says_what_it_asks(
    at: int, data: bytes, flags: int, asked: list[tuple[str, str]]
) -> None:
    """Beginnings of requests, commands and connections; nothing else that is sent counts."""
    segment = segment_of(frame(at, data, flags=flags))
    assert segment is not None
    assert (segment.port, segment.data) == (40000, data)
    assert list(questions(segment)) == asked


@pytest.mark.parametrize("packet", [b"", bytes(60), frame(22, b"")[:40]])
def test_what_is_no_segment_is_passed_over(packet: bytes) -> None:
    """ARP, IPv6 and whatever is too short."""
    assert segment_of(packet) is None


def test_ports_of_nobody_have_no_owner() -> None:
    """A process that is gone owns nothing, and breaks nothing."""
    assert owners({}) == {}
    assert owners({"gone": 2**22 - 3}) == {}


def test_etcd_counts_by_method() -> None:
    """Its own metrics, each method over all answers; other services' do not count."""
    text = (
        'grpc_server_handled_total{grpc_code="OK",grpc_method="Txn",grpc_service="etcdserverpb.KV",grpc_type="unary"} 40\n'
        'grpc_server_handled_total{grpc_code="Unavailable",grpc_method="Txn",grpc_service="etcdserverpb.KV",grpc_type="unary"} 2\n'
        'grpc_server_handled_total{grpc_code="OK",grpc_method="Range",grpc_service="etcdserverpb.KV",grpc_type="unary"} 1e+03\n'
        'grpc_server_handled_total{grpc_code="OK",grpc_method="Check",grpc_service="grpc.health.v1.Health",grpc_type="unary"} 9\n'
        'grpc_server_started_total{grpc_method="Txn",grpc_service="etcdserverpb.KV",grpc_type="unary"} 43\n'
    )
    assert handled(text) == {"Txn": 42, "Range": 1000}


class Etcd:
    """As a Gateway; takes what is written."""

    def __init__(self) -> None:
        self.written: list[Any] = []

    def grant(self, *, seconds: int, timeout: float) -> int:
        return 7

    def write(self, transaction: Any, *, timeout: float) -> None:
        self.written += transaction["success"]


def test_the_feeder_writes_for_every_cluster_and_counts_its_requests() -> None:
    """Three keys a cluster and round, spread over it; no transaction is too large."""
    etcd: Any = Etcd()
    feeder = Feeder(etcd, SIZE.names)
    began = time.monotonic()
    feeder.begin()
    while feeder.requests < 3:
        assert time.monotonic() < began + 20
        time.sleep(0.01)
    feeder.end()
    assert feeder.requests <= 1 + (time.monotonic() - began) / 0.5
    assert len(etcd.written) % 3 == 0
    assert max(map(len, batches([f"c{n}" for n in range(1000)]))) * 3 <= 128


def test_the_world_is_an_inventory() -> None:
    """Every mistake would show; hosts follow the first clusters, each another one."""
    key, secrets = KeyPair().ssh_public, make_secrets(senders=("watch", "probe"), hosts=())
    found = load_inventory(inventory_of(SIZE, secrets, host_key=key))
    assert isinstance(found, Inventory), found
    assert (len(found.clusters), len(found.hosts), found.ssh.warm) == (30, 10, 100)
    assert found.targets_of("c0001") == ("h0001", "nodebalancer:front-c0001")
    assert found.targets_of("c0011") == ()
    seats = [seat(name) for name in SIZE.names for seat in (leader_of, replica_of)]
    assert len({seat.address for seat in seats} | set(SIZE.addresses.values())) == 70
    assert env_of("h0001") in {f.path for a in found.applications.values() for f in a.files}


LOOK = Look(
    size=replace(SIZE, clusters=100),
    seconds=120.0,
    cpu={"clock": 0.6, "chronicle": 1.8},
    memory={"clock": Memory(alone=60, pss=50, threads=4), "chronicle": Memory(alone=95, pss=80, threads=9)},
    counts=Counts(etcd=Counter(Txn=60), redis=Counter(GET=600), linode=24),
    asked=Counter({Asked(process="clock", of="etcd", word="/v3/kv/txn"): 60}),
    warm={"clock": 0, "chronicle": 0},
    moved=0,
)  # fmt: skip


def test_rows_name_the_worst_process() -> None:
    """Per cent of a core over the time looked at; a limit that is not held shows."""
    measured = told([LOOK, replace(LOOK, size=replace(SIZE, clusters=1000))])
    rows = {row.name: row for row in measured.rows}
    assert (rows["rest-cpu"].ours, rows["rest-cpu"].held) == (1.5, False)
    assert "chronicle" in rows["rest-cpu"].what
    assert (rows["rest-memory"].ours, rows["rest-memory"].held) == (95, False)
    assert (rows["rest-etcd-1000"].ours, rows["rest-etcd-1000"].held) == (0.03, True)


def test_requests_are_told_by_process_and_by_cluster() -> None:
    """A minute's worth of each."""
    groups = {group.title: group.series for group in told([LOOK]).groups}
    values = {one.name: one.values for one in groups["etcd: asked by a process in a minute"]}
    assert values == {"clock, 100 clusters": (30.0,), "chronicle, 100 clusters": (0.0,)}
    per = {one.name: one.values for one in groups["a cluster and minute"]}
    assert per["etcd requests, 100 clusters"] == (0.3,)
    assert per["Redis commands, 100 clusters"] == (3.0,)

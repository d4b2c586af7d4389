import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rq import Queue
from rq.utils import as_text

from jobs import names
from tests.contract.ledger.server import RedisServer
from tests.parts import OF_THE_TESTS, ROOT
from tests.waiting import until
from workers.redis.enqueue import queue_on

NOTE = "tests.contract.ledger.chores.note"
Spawn = Callable[[], subprocess.Popen[bytes]]


@pytest.fixture
def spawn(own: RedisServer, tmp_path: Path) -> Iterator[Spawn]:
    """Starts real worker processes; all are killed in the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.contract.ledger.chores", str(own.socket)]
        with (tmp_path / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, cwd=ROOT, env=OF_THE_TESTS, stdout=log, stderr=log)
        running.append(worker)
        return worker

    yield start
    for worker in running:
        worker.kill()
        worker.wait(timeout=10)


def _enqueue(server: RedisServer, what: str, *, held: bool = False) -> None:
    chore = {"socket": str(server.socket), "what": what, "held": held}
    queue_on(server.client()).enqueue_call(NOTE, kwargs=chore, timeout=60)


def _let_go(server: RedisServer) -> None:
    """The job that is held goes on to its end."""
    server.client().rpush("test:go", "!")


def _ran(server: RedisServer) -> list[str]:
    return [as_text(one) for one in server.client().lrange("test:ran", 0, -1)]


def test_a_job_runs_with_the_tools_of_its_worker(own: RedisServer, spawn: Spawn) -> None:
    """Plain function by dotted path, JSON arguments, a ContextVar set before the work began."""
    spawn()
    _enqueue(own, "ü")
    until(lambda: _ran(own) == ["ü equipped"])


def test_a_pickled_job_is_never_run(own: RedisServer, spawn: Spawn, tmp_path: Path) -> None:
    """Whoever can write Redis must not be able to run code; the worker goes on."""
    trap = tmp_path / "trap"
    Queue(names.QUEUE, connection=own.client()).enqueue_call(os.mkdir, args=(str(trap),))
    spawn()
    _enqueue(own, "next")
    until(lambda: _ran(own) == ["next equipped"])
    assert not trap.exists()


@pytest.mark.timeout(180)
def test_a_worker_outlives_a_restart_of_redis(own: RedisServer, spawn: Spawn) -> None:
    """Redis away for 3 s, and hanging for 9 s, longer than a pop: the same process works on."""
    worker = spawn()
    _enqueue(own, "before")
    until(lambda: _ran(own) == ["before equipped"])
    own.stop()
    time.sleep(3)
    own.start()
    _enqueue(own, "after")
    until(lambda: "after equipped" in _ran(own))
    own.freeze()
    time.sleep(9)
    own.thaw()
    _enqueue(own, "again")
    until(lambda: "again equipped" in _ran(own))
    assert worker.poll() is None


def test_a_worker_told_to_end_finishes_its_job(own: RedisServer, spawn: Spawn) -> None:
    """SIGTERM in the middle: the job ends, the next one stays in the queue, the exit code is 0."""
    worker = spawn()
    _enqueue(own, "long", held=True)
    _enqueue(own, "next")
    until(lambda: _ran(own) == ["long equipped"])
    worker.send_signal(signal.SIGTERM)
    _let_go(own)
    assert worker.wait(timeout=30) == 0
    assert _ran(own) == ["long equipped", "long done"]
    assert own.client().llen("rq:queue:pgbaton") == 1


@pytest.mark.timeout(150)
def test_an_idle_worker_ends_when_told(own: RedisServer, spawn: Spawn, tmp_path: Path) -> None:
    """Also while Redis is away."""
    first, second = spawn(), spawn()
    listening = tmp_path / "worker.log"
    until(lambda: listening.read_text().count("Listening on") == 2)
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=30) == 0
    own.stop()
    time.sleep(0.5)
    second.send_signal(signal.SIGTERM)
    assert second.wait(timeout=30) == 0


def test_a_job_knows_no_reload_before_its_end(own: RedisServer, spawn: Spawn) -> None:
    """SIGHUP in the middle: what the job works with is changed after it, for the next one."""
    worker = spawn()
    _enqueue(own, "long", held=True)
    until(lambda: _ran(own) == ["long equipped"])
    worker.send_signal(signal.SIGHUP)
    _enqueue(own, "next")
    _let_go(own)
    until(lambda: len(_ran(own)) == 3)
    assert _ran(own) == ["long equipped", "long done", "next reloaded"]


def test_a_long_job_is_not_taken_for_abandoned(own: RedisServer, spawn: Spawn) -> None:
    """RQ hears from its worker every few seconds while it runs."""
    spawn()
    _enqueue(own, "long", held=True)
    until(lambda: _ran(own) == ["long equipped"])
    [key] = [k for k in own.client().keys("rq:worker:*") if b"executions" not in k]
    first = own.client().hget(key, "last_heartbeat")
    until(lambda: own.client().hget(key, "last_heartbeat") != first, seconds=15)
    assert _ran(own) == ["long equipped"]

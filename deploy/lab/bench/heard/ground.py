"""A web process and its Redis, as production starts them; the intake's contract tests stand on the same."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from deploy.lab.lab import deaf
from deploy.lab.machine import CHECKOUT, LabError
from deploy.lab.process import TICKS, children, wait_until

DURABLE = ("--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction")
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server that was started here, by its port; `process` is its first process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def spent(self) -> float:
        """Processor seconds of its workers so far; its own, where it has none."""
        return workers_spent(self.process.pid) or spent_by(self.process.pid)

    def client(self) -> Redis:
        return Redis(host=HOST, port=self.port, socket_timeout=30)


def workers_spent(pid: int) -> float:
    """Processor seconds of a process' children so far."""
    return sum(map(spent_by, children(pid)))


def spent_by(pid: int) -> float:
    """Processor seconds of one process so far, the kernel's on its behalf included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def redis_server(program: str | Path, *, port: int, folder: Path) -> Sequence[str]:
    """The command of a Redis that listens on loopback, without what makes it durable."""
    where = ("--port", str(port), "--bind", HOST, "--dir", str(folder), "--save", "")
    return (str(program), *where)


def gunicorn(application: str, *, port: int) -> Sequence[str]:
    """The command of a web process as the Procfile has it."""
    own = ("--worker-class", "gthread", "--threads", "8", "--bind", f"{HOST}:{port}")
    return (sys.executable, "-m", "gunicorn", "--no-control-socket", *own, application)


def environment(inventory: Path) -> Mapping[str, str]:
    """What a web process is told."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": str(CHECKOUT),
        "PGBATON_INVENTORY": str(inventory),
    }


@contextmanager
def durable_redis(folder: Path) -> Iterator[Served]:
    """A Redis that keeps what it acknowledges, on this machine's disk."""
    port = free_port()
    command = (*redis_server("redis-server", port=port, folder=folder), *DURABLE)
    with _running(command, folder / "redis.log", {"PATH": os.environ["PATH"]}) as process:
        served = Served(port=port, process=process)
        _await("Redis", served, lambda: _pongs(served), folder / "redis.log")
        yield served


@contextmanager
def web(application: str, *, folder: Path, inventory: Path) -> Iterator[Served]:
    """One web process of gunicorn's."""
    port, log = free_port(), folder / "web.log"
    command = gunicorn(application, port=port)
    with _running(command, log, environment(inventory)) as process:
        served = Served(port=port, process=process)
        _await(application, served, lambda: _listens(port), log)
        yield served


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(
    command: Sequence[str], log: Path, env: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block, however that ends; its workers end with it."""
    with log.open("ab") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told, cwd="/", env=dict(env))
    try:
        yield process
    finally:
        with deaf():
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await(what: str, served: Served, answers: object, log: Path) -> None:
    assert callable(answers)

    def up() -> bool:
        if served.process.poll() is not None:
            raise LabError(f"{what} ended at once: {log.read_text()[-2000:]}")
        return bool(answers())

    wait_until(f"{what} to answer", up, seconds=60)


def _pongs(served: Served) -> bool:
    try:
        with served.client() as client:
            return bool(client.ping())
    except RedisError:
        return False


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=5) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b" 200 " in connection.recv(100)
    except OSError:
        return False

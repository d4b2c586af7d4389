"""A Redis primary with replicas and three Sentinels: without them no failover of Redis could be rehearsed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract import ports
from tests.contract.ledger.server import RedisServer, on_a_port
from workers.redis import Redis, RedisSettings

WATCHERS = 3


@dataclass(slots=True)
class Watched:
    """The first server is the primary at first. `settings` name a dead Sentinel before the living."""

    servers: list[RedisServer]
    settings: RedisSettings
    sentinels: list[int]

    @property
    def primary(self) -> RedisServer:
        return self.servers[0]

    def leads(self) -> int:
        """The port of the primary, as the first Sentinel knows it."""
        with _sentinel_at(self.sentinels[0]) as sentinel:
            _, port = sentinel.sentinel_get_master_addr_by_name("main")
        return int(port)


@contextmanager
def watched(program: Path, folder: Path, *, replicas: int) -> Iterator[Watched]:
    """Everything up, every replica in step, every Sentinel aware of all."""
    with ExitStack() as stack:
        first = on_a_port(program, folder / "0", "--repl-diskless-sync-delay", "0")
        follows = ("--replicaof", "127.0.0.1", str(first.port))
        rest = [on_a_port(program, folder / str(n), *follows) for n in range(1, replicas + 1)]
        for server in (first, *rest):
            stack.callback(server.stop)
            server.start()
        until(lambda: _in_step(first.client()) == replicas)
        sentinels = [_sentinel(stack, program, folder, first.port) for _ in range(WATCHERS)]
        until(lambda: all(_knows_all(port, replicas) for port in sentinels))
        where = ",".join(f"127.0.0.1:{port}" for port in (ports.free()[0], *sentinels))
        settings = RedisSettings(url=f"redis+sentinel://{where}/main/0")
        yield Watched(servers=[first, *rest], settings=settings, sentinels=sentinels)


def _sentinel(stack: ExitStack, program: Path, folder: Path, primary: int) -> int:
    port = ports.free()[0]
    config = folder / f"sentinel-{port}.conf"
    config.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor main 127.0.0.1 {primary} 2\n"
        "sentinel down-after-milliseconds main 600\nsentinel failover-timeout main 3000\n"
    )
    with (folder / f"sentinel-{port}.log").open("wb") as log:
        process = subprocess.Popen([program, config, "--sentinel"], stdout=log, stderr=log)
    stack.callback(process.wait, timeout=10)
    stack.callback(process.kill)
    return port


def _sentinel_at(port: int) -> Any:
    return Redis(port=port, protocol=2, socket_timeout=2)


def _knows_all(port: int, replicas: int) -> bool:
    with _sentinel_at(port) as sentinel:
        found = sentinel.sentinel_master("main")
    return (found["num-other-sentinels"], found["num-slaves"]) == (WATCHERS - 1, replicas)


def _in_step(redis: Redis) -> int:
    return sum(
        value["state"] == "online"
        for name, value in redis.info("replication").items()
        if name.startswith("slave") and isinstance(value, dict)
    )


def until(condition: Callable[[], bool], *, within: float = 20.0) -> None:
    """Wait until something is true; whatever it raises meanwhile means "not yet"."""
    end = time.monotonic() + within
    while True:
        try:
            if condition():
                return
        except Exception:  # noqa: BLE001 - not up yet, whatever it says
            assert time.monotonic() < end
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)

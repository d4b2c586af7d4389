"""A Redis primary with replicas and three Sentinels: without them no failover of Redis could be rehearsed."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.contract import ports
from tests.contract.ledger.server import RedisServer, on_a_port
from workers.redis import Redis, RedisSettings, connect

WATCHERS = 3
PATIENT = 2000
"""Milliseconds without a word after which a primary counts as lost: on a busy machine it may be silent
for a while, and a failover that no test asked for would spoil what it wants to see."""


@dataclass(slots=True)
class Watched:
    """The first server is the primary at first. `settings` name a dead Sentinel before the living."""

    servers: list[RedisServer]
    settings: RedisSettings
    sentinels: list[int]
    clients: list[Redis] = field(default_factory=list)

    @property
    def primary(self) -> RedisServer:
        return self.servers[0]

    def client(self) -> Redis:
        """Led by Sentinel; closed in the end."""
        self.clients.append(connect(self.settings))
        return self.clients[-1]

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
        found = Watched(servers=[first, *rest], settings=settings, sentinels=sentinels)
        stack.callback(lambda: hang_up(*found.clients))
        yield found


def hang_up(*clients: Redis) -> None:
    """Close all their connections, those to the Sentinels too. Left to the collector of cycles, a socket
    may be the first of its cycle to go, which is a warning, and fails whichever test runs then."""
    for client in clients:
        pool: Any = client.connection_pool
        manager = getattr(pool, "sentinel_manager", None)
        for each in (
            pool,
            *(one.connection_pool for one in (manager.sentinels if manager else ())),
        ):
            each.disconnect()


def _sentinel(stack: ExitStack, program: Path, folder: Path, primary: int) -> int:
    port = ports.free()[0]
    config = folder / f"sentinel-{port}.conf"
    config.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor main 127.0.0.1 {primary} 2\n"
        f"sentinel down-after-milliseconds main {PATIENT}\nsentinel failover-timeout main 3000\n"
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


def until(condition: Callable[[], bool], *, within: float = 45.0) -> None:
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

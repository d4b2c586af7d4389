import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jobs.ports import LedgerUnavailable
from tests.contract import ports
from tests.contract.ledger.desks import RedisDesk, redis_desk, walked
from tests.contract.ledger.server import RedisServer, on_a_port
from tests.contract.ledger.values import CLUSTER, draft, event
from workers.redis import Redis, RedisSettings, connect

WATCHERS = 3


@dataclass(slots=True)
class Trio:
    """One primary, two replicas, three Sentinels."""

    servers: list[RedisServer]
    settings: RedisSettings

    @property
    def primary(self) -> RedisServer:
        return self.servers[0]


@pytest.fixture
def trio(redis_program: Path, tmp_path: Path) -> Iterator[Trio]:
    with ExitStack() as stack:
        first = on_a_port(redis_program, tmp_path / "0")
        follows = ("--replicaof", "127.0.0.1", str(first.port))
        rest = [on_a_port(redis_program, tmp_path / str(n), *follows) for n in (1, 2)]
        for server in (first, *rest):
            stack.callback(server.stop)
            server.start()
        _until(lambda: _replicas(first.client()) == 2)
        watchers = [_sentinel(stack, redis_program, tmp_path, first.port) for _ in range(WATCHERS)]
        _until(lambda: all(_knows_all(port) for port in watchers))
        where = ",".join(f"127.0.0.1:{port}" for port in (ports.free()[0], *watchers))
        yield Trio(
            servers=[first, *rest], settings=RedisSettings(url=f"redis+sentinel://{where}/main/0")
        )


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


def _knows_all(port: int) -> bool:
    found: Any = Redis(port=port, protocol=2).sentinel_master("main")
    return (found["num-other-sentinels"], found["num-slaves"]) == (WATCHERS - 1, 2)


def _replicas(redis: Redis) -> int:
    return sum(
        value["state"] == "online"
        for name, value in redis.info("replication").items()
        if name.startswith("slave") and isinstance(value, dict)
    )


def _until(condition: Callable[[], bool], *, within: float = 20.0) -> None:
    end = time.monotonic() + within
    while True:
        try:
            if condition():
                return
        except Exception:  # noqa: BLE001 - not up yet, whatever it says
            assert time.monotonic() < end
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


def _insist(desk: RedisDesk, name: str, *, within: float) -> float:
    """Repeat an event until it is accepted, as a hook does; the seconds it took."""
    begun = time.monotonic()
    while True:
        try:
            desk.ledger.hear(event(name), draft(name))
        except LedgerUnavailable:
            assert time.monotonic() - begun < within, "not accepted in time"
            time.sleep(0.1)
        else:
            return time.monotonic() - begun


def test_nothing_acknowledged_is_lost_in_a_failover(
    trio: Trio, measured: Callable[[str], None]
) -> None:
    """The primary's machine dies: the same ledger finds the new one, with all that was accepted."""
    desk = redis_desk(connect(trio.settings))
    for number in range(30):
        assert desk.ledger.hear(event(f"e{number}"), draft(f"e{number}"))
    trio.primary.stop()
    took = _insist(desk, "after", within=20)
    measured(f"accepted again {took:.1f} s after the primary died")
    heard = {entry.facts["id"] for entry in desk.ledger.entries(CLUSTER)}
    assert heard == {*(f"e{number}" for number in range(30)), "after"}
    assert walked(desk, CLUSTER).entries == 31
    assert len(desk.queued_ids()) == len(desk.job_hashes()) == 1


def test_one_servers_word_is_not_enough(trio: Trio) -> None:
    """No replica answers: unavailable, though the primary has it; repeated, it is there once."""
    desk = redis_desk(connect(trio.settings))
    assert desk.ledger.hear(event("before"), draft("before"))
    for replica in trio.servers[1:]:
        replica.freeze()
    with pytest.raises(LedgerUnavailable, match="0 of 1 replicas"):
        desk.ledger.hear(event("e"), draft("e"))
    for replica in trio.servers[1:]:
        replica.thaw()
    _insist(desk, "e", within=20)
    assert walked(desk, CLUSTER).entries == 2
    assert len(desk.queued_ids()) == len(desk.job_hashes()) == 1

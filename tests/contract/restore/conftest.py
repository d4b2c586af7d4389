"""Without this file each disaster of Redis and etcd would build its own pgbaton."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.etcd.server import Cluster, cluster
from tests.contract.ledger.sentinels import Watched, watched
from tests.contract.ledger.server import RedisServer, on_a_port
from tests.contract.restore.plant import Plant, planted
from workers.redis import RedisSettings


@pytest.fixture
def etcd(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Cluster]:
    """One etcd of one's own, to be hurt."""
    with cluster(require("etcd"), tmp_path) as running:
        yield running


@pytest.fixture
def pair(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Watched]:
    """A Redis primary, its replica, three Sentinels."""
    with watched(require("redis-server"), tmp_path, replicas=1) as all_up:
        yield all_up


@pytest.fixture
def alone(require: Callable[[str], Path], tmp_path: Path) -> Iterator[RedisServer]:
    """One Redis."""
    server = on_a_port(require("redis-server"), tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def guarded(pair: Watched, etcd: Cluster, tmp_path: Path) -> Iterator[Plant]:
    """A pgbaton whose Redis is led by Sentinel."""
    with planted(tmp_path, pair.settings, etcd) as plant:
        yield plant


@pytest.fixture
def plant(alone: RedisServer, etcd: Cluster, tmp_path: Path) -> Iterator[Plant]:
    """A pgbaton with one Redis."""
    settings = RedisSettings(url=f"redis://127.0.0.1:{alone.port}/0")
    with planted(tmp_path, settings, etcd) as plant:
        yield plant

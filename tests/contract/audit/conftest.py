"""One Redis and one etcd for all: each test has a trail of its own in them, and its own inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.audit.office import Office
from tests.contract.etcd.server import Cluster, cluster
from tests.contract.ledger.server import RedisServer, on_a_port


@pytest.fixture(scope="session")
def etcd(
    require: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    with cluster(require("etcd"), tmp_path_factory.mktemp("etcd")) as running:
        yield running


@pytest.fixture(scope="session")
def shared(
    require: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    server = RedisServer(program=require("redis-server"), folder=tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def office(shared: RedisServer, etcd: Cluster, tmp_path: Path) -> Office:
    shared.client().flushall()
    return Office.at(shared, etcd, tmp_path)


@pytest.fixture
def own(require: Callable[[str], Path], etcd: Cluster, tmp_path: Path) -> Iterator[Office]:
    """A Redis of one's own, to be stopped and put back."""
    server = on_a_port(
        require("redis-server"), tmp_path / "redis", "--repl-diskless-sync-delay", "0"
    )
    server.start()
    yield Office.at(server, etcd, tmp_path)
    server.stop()

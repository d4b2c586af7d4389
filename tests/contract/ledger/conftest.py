"""A ledger in memory and one in a real Redis: what holds for one must hold for the other."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.ledger.desks import Desk, RedisDesk, fake_desk, redis_desk
from tests.contract.ledger.server import RedisServer
from tests.contract.ledger.users import logged_in


@pytest.fixture(scope="session")
def redis_program(require: Callable[[str], Path]) -> Path:
    return require("redis-server")


@pytest.fixture(scope="session")
def shared(redis_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for all that leave it running; it is emptied before each test."""
    server = RedisServer(program=redis_program, folder=tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def real(shared: RedisServer) -> RedisDesk:
    """The ledger logs in as an operator's commands do; what a test does by hand may be anything."""
    client = shared.client()
    client.flushall()
    ledger = redis_desk(logged_in(shared, "operator")).ledger
    return RedisDesk(ledger=ledger, redis=client)


@pytest.fixture
def own(redis_program: Path, tmp_path: Path) -> Iterator[RedisServer]:
    """A server of one's own, to be hurt."""
    server = RedisServer(program=redis_program, folder=tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["fake", "redis"])
def desk(request: pytest.FixtureRequest) -> Desk:
    found: Desk = fake_desk() if request.param == "fake" else request.getfixturevalue("real")
    return found

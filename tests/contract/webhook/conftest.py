"""Without this file each test would start and end its Redis and its gunicorn by itself."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.webhook.stage import RedisServer, Web, end


@pytest.fixture
def redis(require: Callable[[str], Path], tmp_path: Path) -> Iterator[RedisServer]:
    """A durable Redis of this test's own."""
    folder = tmp_path / "redis"
    folder.mkdir()
    server = RedisServer(require("redis-server"), folder)
    server.start()
    yield server
    server.process.send_signal(signal.SIGCONT)
    end(server.process)


@pytest.fixture
def web(redis: RedisServer, tmp_path: Path) -> Iterator[Web]:
    """The intake over that Redis."""
    server = Web(tmp_path, redis.port)
    server.start()
    yield server
    end(server.process)

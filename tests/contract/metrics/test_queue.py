"""RQ's queue in a real Redis, as the chronicle's metrics see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.contract.webhook.stage import RedisServer, end
from workers.metrics import eye_on
from workers.redis.enqueue import queue_on


@pytest.fixture
def server(require: Callable[[str], Path], tmp_path: Path) -> Iterator[RedisServer]:
    running = RedisServer(require("redis-server"), tmp_path)
    running.start()
    yield running
    end(running.process)


def test_what_waits_is_counted_and_aged(server: RedisServer) -> None:
    """Nothing at first; two jobs, the older one's age; a job that vanished harms nothing; Redis away
    is no number at all."""
    connection: Redis = server.client()
    look = eye_on(connection)
    calm = look()
    assert calm is not None
    assert (calm.waiting, calm.running, calm.failed, calm.oldest) == (0, 0, 0, 0)
    queue = queue_on(connection)
    first = queue.enqueue("jobs.respond.respond")
    time.sleep(1.1)
    queue.enqueue("jobs.respond.respond")
    seen = look()
    assert seen is not None
    assert seen.waiting == 2
    assert 1 <= seen.oldest < 20
    connection.delete(first.key)
    vanished = look()
    assert vanished is not None
    assert vanished.oldest == 0
    end(server.process)
    assert look() is None

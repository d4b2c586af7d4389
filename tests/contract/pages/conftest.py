"""Without this file each test would start its own Redis, its own pages and its own Chromium."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.contract.pages.browser import opened
from tests.contract.pages.stage import PagesServer, Teller
from tests.contract.webhook.stage import RedisServer, end


@pytest.fixture(scope="module")
def browser(require: Callable[[str], Path]) -> Iterator[Browser]:
    """The machine's Chromium; of a file, since a thread may drive one at a time."""
    require("chromium")
    with sync_playwright() as player, opened(player) as found:
        yield found


@pytest.fixture(scope="module")
def redis(
    require: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RedisServer]:
    """One Redis for all tests of a file."""
    server = RedisServer(require("redis-server"), tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    end(server.process)


@pytest.fixture(scope="module")
def pages(redis: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesServer]:
    """The pages over it."""
    server = PagesServer(tmp_path_factory.mktemp("pages"), redis.port)
    server.start()
    yield server
    end(server.process)


@pytest.fixture
def teller(redis: RedisServer) -> Teller:
    """Tells an incident that is this test's own."""
    return Teller(redis.port, incident=f"shop-{next(_numbers)}")


_numbers = itertools.count(1)
expect.set_options(timeout=30_000)  # only ends what never comes; a neighbour may have the processor

"""The real parts that the doctor looks at; without it each test would start its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.hosts.machine import Machine, running_machine
from tests.world import World, make_world


@pytest.fixture(scope="session")
def etcd_program(require: Callable[[str], Path]) -> Path:
    return require("etcd")


@pytest.fixture(scope="session")
def redis_program(require: Callable[[str], Path]) -> Path:
    return require("redis-server")


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """A host with a real sshd and sudo."""
    with running_machine() as machine:
        yield machine


@pytest.fixture
def world() -> World:
    """A whole pgbaton in memory."""
    return make_world()

"""Without this file every test here would start an sshd of its own."""

from collections.abc import Iterator

import pytest

from tests.contract.push.bench import Bench
from tests.contract.push.bench import bench as running_bench


@pytest.fixture(scope="session")
def started() -> Iterator[Bench]:
    """One machine for the session."""
    with running_bench() as made:
        yield made


@pytest.fixture
def bench(started: Bench) -> Bench:
    """The machine as if nobody had ever pushed."""
    started.user = "deploy"
    started.fresh()
    return started

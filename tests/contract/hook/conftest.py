"""Without this file the hook would be tried in one shell only."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.hook.node import Node
from tests.contract.hook.receiver import Receiver


@pytest.fixture(params=["dash", "bash"])
def shell(request: pytest.FixtureRequest, require: Callable[[str], Path]) -> Path:
    """Name the shell that runs the hook and its deliverer."""
    for tool in ("curl", "openssl", "setsid", "flock"):
        require(tool)
    return require(str(request.param))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a webhook that is not up yet."""
    receiver = Receiver()
    yield receiver
    receiver.down()


@pytest.fixture
def node(tmp_path: Path, shell: Path, receiver: Receiver) -> Iterator[Node]:
    """Give a node whose only webhook is `receiver`; ends its deliverers."""
    node = Node(tmp_path, shell=shell, urls=[receiver.url])
    yield node
    node.end()

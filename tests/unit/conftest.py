"""Without this file a unit test could reach the network without anybody noticing."""

from collections.abc import Iterator

import pytest
from pytest_socket import disable_socket, enable_socket


@pytest.fixture(autouse=True)
def _no_sockets() -> Iterator[None]:
    """Refuse every socket, unix ones too, while a unit test runs."""
    disable_socket(allow_unix_socket=False)
    yield
    enable_socket()

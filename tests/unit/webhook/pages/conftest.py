"""Without this file each test would have to build pages of its own."""

import pytest

from tests.unit.webhook.pages.desk import Visit


@pytest.fixture
def visit() -> Visit:
    """Fresh pages over a fresh fake pgbaton."""
    return Visit()

"""Without this file each test would have to build an ear of its own."""

import pytest

from tests.unit.webhook.ear import Ear


@pytest.fixture
def ear() -> Ear:
    """A fresh webhook over a fresh fake ledger."""
    return Ear()

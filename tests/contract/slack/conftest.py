"""Without this file each test would start its Slack by itself, and none would be held to Slack's shapes."""

from collections.abc import Iterator

import pytest

from tests.contract.slack import shapes
from tests.contract.slack.double import Double


@pytest.fixture
def double() -> Iterator[Double]:
    """A Slack that is up. Afterwards every answer that passed is held to Slack's own shapes."""
    with Double() as one:
        yield one
    known = [x for x in one.recorder.exchanges if x.method in shapes.ANSWERS]
    told = [why for x in known for why in shapes.objections(x.method, x.answer)]
    assert not told, "\n".join(told)

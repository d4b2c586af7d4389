"""Without this file each test would start a receiver, and settle a cluster, in its own words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.alerts.stage import Stage
from tests.contract.hook.receiver import Receiver


@pytest.fixture
def tool() -> Iterator[Receiver]:
    """The webhook of an on-call tool."""
    receiver = Receiver()
    receiver.up()
    yield receiver
    receiver.down()


@pytest.fixture
def stage(tool: Receiver) -> Stage:
    """A settled cluster, of which the tool has heard nothing."""
    made = Stage(tool)
    made.world.settle()
    made.alerter.tick()
    tool.posts.clear()
    return made

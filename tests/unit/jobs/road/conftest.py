"""Without this file each test of a cluster behind a NodeBalancer would settle one by itself."""

from __future__ import annotations

import pytest

from tests.unit.jobs.road.front import Front, make_front
from tests.world import World


@pytest.fixture
def settled() -> tuple[World, Front]:
    """pg1 leads, the balancer leads there, and everybody holds its epoch."""
    world, front = make_front()
    world.settle()
    return world, front

"""Without this file every test of a command would lay its own desk."""

from pathlib import Path

import pytest

from tests.unit.deploy.cli.desk import FakeDesk, Operator
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    """Cluster shop, pg1 leading, two hosts that name pg1, nobody has looked yet."""
    return make_world()


@pytest.fixture
def ann(world: World, tmp_path: Path) -> Operator:
    """An operator at a desk of fakes."""
    return Operator(desk=FakeDesk(world), folder=tmp_path)

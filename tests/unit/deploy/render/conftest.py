"""Without this file each test here would render its own site."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from deploy.blueprint import Blueprint
from tests.ground import Ground, pretended


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return pretended(tmp_path_factory.mktemp("ground") / "keys")


@pytest.fixture(scope="session")
def blueprints(ground: Ground) -> Mapping[str, Blueprint]:
    return ground.rendered()

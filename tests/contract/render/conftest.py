"""Without this file every test here would make the same keys and render the same machines."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint
from tests.contract.render.laying import Laid, lay
from tests.ground import Ground, made

Lay = Callable[[str], Laid]


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return made(tmp_path_factory.mktemp("ground") / "keys")


@pytest.fixture(scope="session")
def blueprints(ground: Ground) -> Mapping[str, Blueprint]:
    return ground.rendered()


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users may enter, such as postgres."""
    with tempfile.TemporaryDirectory(prefix="pgbaton-render-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def laid(blueprints: Mapping[str, Blueprint], place: Path) -> Lay:
    """Give the function that lays a machine's files below a folder of its own."""
    return lambda machine: lay(blueprints[machine], place / machine)

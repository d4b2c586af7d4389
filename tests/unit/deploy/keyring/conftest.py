"""One keyring made whole, copied for each test: making it takes longer than most tests do."""

import shutil
from pathlib import Path

import pytest

from tests.unit.deploy.keyring.sites import Site, site_in


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_in(tmp_path_factory.mktemp("site") / "keys")


@pytest.fixture
def site(first: Site, tmp_path: Path) -> Site:
    """A copy of one's own."""
    shutil.copytree(first.vault.folder, tmp_path / "keys")
    return first.at(tmp_path / "keys")

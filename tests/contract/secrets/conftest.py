"""Without this file each place would be searched at a site of its own, which takes seconds to build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.secrets.site import Site, planted


@pytest.fixture(scope="module")
def site(
    require: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with planted(require("etcd"), require("redis-server"), folder) as site:
        yield site

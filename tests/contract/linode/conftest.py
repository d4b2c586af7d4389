"""Without this file each test would start its double by itself, and none would be held to the document."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from openapi_core import OpenAPI

from tests.contract.linode import openapi
from tests.contract.linode.double import Double
from tests.contract.linode.stage import Stage


@pytest.fixture(scope="session")
def held() -> OpenAPI | None:
    """The OpenAPI document, or None where it is absent: then nothing is held to it."""
    return openapi.load() if openapi.FILE.exists() else None


@pytest.fixture(scope="session")
def judged() -> set[tuple[Any, ...]]:
    """What was held to the document already: each judgment takes some milliseconds."""
    return set()


@pytest.fixture
def document(held: OpenAPI | None) -> OpenAPI:
    """The OpenAPI document, for tests that are about it."""
    if held is None:
        pytest.skip("no ../shared/linode-openapi-reduced.yaml beside this checkout")
    return held


@pytest.fixture
def make_double(
    held: OpenAPI | None, judged: set[tuple[Any, ...]]
) -> Iterator[Callable[..., Double]]:
    """Makes doubles, started, with whatever is said of them. Afterwards everything that passed is
    held to the document."""
    started: list[Double] = []
    with ExitStack() as stack:

        def make(**how: Any) -> Double:
            started.append(stack.enter_context(Double(**how)))
            return started[-1]

        yield make
    if held is not None:
        fresh = {openapi.likeness(one): one for double in started for one in double.exchanges}
        new = [one for alike, one in fresh.items() if alike not in judged]
        told = "\n".join(why for one in new for why in openapi.objections(held, one))
        assert not told, told
        judged |= fresh.keys()


@pytest.fixture
def double(make_double: Callable[..., Double]) -> Double:
    """A double whose token may do everything."""
    return make_double()


@pytest.fixture
def stage_of(require: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Raises a double with a data plane, in a manner (see deploy.lab.linode.traffic.layout)."""
    with ExitStack() as stack:

        def raised(**manner: Any) -> Stage:
            return stack.enter_context(Stage(require("haproxy"), tmp_path / "nb", **manner))

        yield raised


@pytest.fixture
def stage(stage_of: Callable[..., Stage]) -> Stage:
    return stage_of()

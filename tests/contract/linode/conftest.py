"""Without this file each test would start its double by itself, and none would be held to the document."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openapi_core import OpenAPI

from deploy.cli.command import main
from tests.contract.linode import openapi
from tests.contract.linode.double import Double
from tests.contract.linode.somebody import Somebody
from tests.contract.linode.stage import Stage
from tests.unit.deploy.provision.values import TEXT


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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An inventory whose keys lie beside it, made once: they take a second."""
    file = tmp_path_factory.mktemp("site") / "inventory.toml"
    file.write_text(TEXT)
    words = ["keys", "make", "--write", "--inventory", str(file)]
    assert CliRunner().invoke(main, words, catch_exceptions=False).exit_code == 0
    return str(file)


@pytest.fixture
def somebody_with(
    make_double: Callable[..., Double], tmp_path: Path, site: str
) -> Callable[..., Somebody]:
    def made(**how: str) -> Somebody:
        double, file = make_double(**how), tmp_path / "inventory.toml"
        file.write_text(f'{Path(site).read_text()}\n[linode]\nurl = "{double.url}"\n')
        return Somebody(folder=tmp_path, double=double, keys=Path(site).parent / "keys")

    return made


@pytest.fixture
def somebody(somebody_with: Callable[..., Somebody]) -> Somebody:
    return somebody_with()

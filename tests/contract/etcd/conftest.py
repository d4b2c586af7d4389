"""etcd for tests: one shared by all that leave it whole, three of one's own for those that do not."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from jobs.ports import ScopeRef
from tests.contract.etcd.server import Cluster, cluster
from workers.etcd import Gateway

_numbers = count(1)


@pytest.fixture(scope="session")
def etcd_program(require: Callable[[str], Path]) -> Path:
    return require("etcd")


@pytest.fixture(scope="session")
def etcd(etcd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One member; nobody stops it, and everybody keeps to a namespace of their own."""
    with cluster(etcd_program, tmp_path_factory.mktemp("etcd")) as running:
        yield running


@pytest.fixture
def trio(etcd_program: Path, tmp_path: Path) -> Iterator[Cluster]:
    """Three members, to be hurt."""
    with cluster(etcd_program, tmp_path, size=3) as running:
        yield running


@pytest.fixture
def gateway(etcd: Cluster) -> Gateway:
    return Gateway(etcd.endpoints)


@pytest.fixture
def namespace() -> str:
    return f"n{next(_numbers)}"


@pytest.fixture
def scope(namespace: str) -> ScopeRef:
    return ScopeRef(cluster="shop", namespace=namespace, scope="main")

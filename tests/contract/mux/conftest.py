"""One PostgreSQL for all, a Patroni and a mux for each: without these, no test could demote anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.certificates import Authority
from tests.contract.mux.haproxy import Mux
from tests.contract.mux.patroni import Patroni
from tests.contract.probes.postgres_server import Find, Postgres, folder

OPTIONS = {
    "max_connections": "250",
    "log_connections": "on",
    "listen_addresses": "127.0.0.1,127.0.0.2",
}


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def postgres(require: Find, authority: Authority) -> Iterator[Postgres]:
    """A PostgreSQL that serves TLS and logs who comes."""
    require("initdb")
    with folder() as place:
        server = Postgres(find=require, folder=place, options=dict(OPTIONS))
        server.create()
        server.secure(authority.issue("postgres"), ca=authority.ca)
        server.start()
        try:
            server.do("create role trusting login")
            yield server
        finally:
            server.stop()


@pytest.fixture
def patroni() -> Iterator[Patroni]:
    """A Patroni that leads."""
    patroni = Patroni()
    patroni.up()
    yield patroni
    patroni.down()


@pytest.fixture
def idle_mux(require: Find, tmp_path: Path, postgres: Postgres, patroni: Patroni) -> Iterator[Mux]:
    """A mux that has not been started."""
    mux = Mux(
        program=require("haproxy"), folder=tmp_path, postgresql=postgres.port, rest=patroni.port
    )
    yield mux
    mux.stop()


@pytest.fixture
def mux(idle_mux: Mux) -> Mux:
    """A mux that lets SQL through, because its member leads."""
    idle_mux.start()
    idle_mux.leads()
    return idle_mux

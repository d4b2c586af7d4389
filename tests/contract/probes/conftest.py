"""PostgreSQL for tests: one primary that everybody may ask, and a standby of it."""

import secrets
from collections.abc import Iterator

import pytest

from tests.contract.certificates import Authority
from tests.contract.probes.postgres_server import Find, Postgres, folder


@pytest.fixture(scope="session")
def word() -> str:
    """The password of the role `monitor`."""
    return secrets.token_urlsafe(12)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def primary(require: Find, authority: Authority, word: str) -> Iterator[Postgres]:
    require("initdb")
    with folder() as place:
        server = Postgres(find=require, folder=place)
        server.create()
        server.secure(authority.issue("postgres"), ca=authority.ca)
        server.start()
        try:
            server.do(
                f"create role monitor login password '{word}'",
                "create role trusting login",
                "create role rejected login",
                "create role certified login",
                "create role crowded login connection limit 0 password 'x'",
            )
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def standby(require: Find, primary: Postgres) -> Iterator[Postgres]:
    with folder() as place:
        server = Postgres(find=require, folder=place)
        server.copy_of(primary)
        server.start()
        try:
            yield server
        finally:
            server.stop()

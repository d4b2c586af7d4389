"""PostgreSQL for tests: one primary that everybody may ask, and a standby of it."""

import os
import secrets
from collections.abc import Iterator

import pytest

from tests.contract.certificates import Authority, Pair
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
        _secure(server, authority.issue("postgres"), authority)
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


def _secure(server: Postgres, pair: Pair, authority: Authority) -> None:
    """Give the server a copy of the files, its own and not readable by others."""
    for name, source in (("cert", pair.cert), ("key", pair.key), ("ca", authority.ca)):
        copy = server.folder / f"{name}.pem"
        copy.touch(mode=0o600)
        copy.write_bytes(source.read_bytes())
        owner = server.folder.stat()
        os.chown(copy, owner.st_uid, owner.st_gid)
    files = {"ssl_cert_file": "cert", "ssl_key_file": "key", "ssl_ca_file": "ca"}
    server.options |= {name: str(server.folder / f"{file}.pem") for name, file in files.items()}
    server.options["ssl"] = "on"

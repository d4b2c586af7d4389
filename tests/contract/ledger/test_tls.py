from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.ports import LedgerUnavailable
from tests.contract import ports
from tests.contract.certificates import Authority
from tests.contract.ledger.desks import redis_desk, walked
from tests.contract.ledger.server import DURABLE, RedisServer
from tests.contract.ledger.values import CLUSTER, draft, event
from workers.redis import RedisLedger, RedisSettings, connect


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def secured(redis_program: Path, tmp_path: Path, authority: Authority) -> Iterator[int]:
    """The port of a server that speaks TLS and demands a client's certificate."""
    pair, port = authority.issue("redis"), ports.free()[0]
    files = ("--tls-cert-file", str(pair.cert), "--tls-key-file", str(pair.key))
    tls = ("--tls-port", str(port), "--tls-ca-cert-file", str(authority.ca), *files)
    server = RedisServer(program=redis_program, folder=tmp_path, options=(*DURABLE, *tls))
    server.start()
    yield port
    server.stop()


def test_a_ledger_works_over_tls(secured: int, authority: Authority) -> None:
    """Server and client prove who they are; hear, read and verify."""
    pair = authority.issue("pgbaton")
    settings = RedisSettings(
        url=f"rediss://localhost:{secured}/3", ca=authority.ca, cert=pair.cert, key=pair.key
    )
    desk = redis_desk(connect(settings))
    assert desk.ledger.hear(event("e"), draft("e"))
    assert walked(desk, CLUSTER).entries == 1
    assert len(desk.queued_ids()) == 1


def test_a_stranger_is_not_trusted(secured: int, tmp_path: Path, authority: Authority) -> None:
    """A certificate of another authority: nothing is sent, and the refusal says what is missing."""
    (tmp_path / "other").mkdir()
    other, pair = Authority(tmp_path / "other"), authority.issue("pgbaton")
    settings = RedisSettings(
        url=f"rediss://localhost:{secured}", ca=other.ca, cert=pair.cert, key=pair.key
    )
    with pytest.raises(LedgerUnavailable, match="authority"):
        RedisLedger(connect(settings), inventory="d").call(CLUSTER)


def test_without_a_certificate_redis_refuses(secured: int, authority: Authority) -> None:
    """The server asks for ours; that is told as unavailable, not as a crash."""
    settings = RedisSettings(url=f"rediss://localhost:{secured}", ca=authority.ca)
    with pytest.raises(LedgerUnavailable):
        RedisLedger(connect(settings), inventory="d").call(CLUSTER)

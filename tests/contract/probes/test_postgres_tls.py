"""`sslmode=verify-full`, with and without a certificate of our own."""

import pytest

from jobs.claims import MemberRecord, SqlAnswer, SqlClaim, SqlRefused, Unknown
from tests.contract.certificates import Authority
from tests.contract.probes.postgres_server import Postgres
from workers.postgres import Login, PostgresProbe
from workers.tls import Tls


def _ask(url: str, login: Login) -> SqlClaim:
    record = MemberRecord(name="pg0", conn_url=url, api_url="http://127.0.0.1:8008/patroni")
    return PostgresProbe(login).ask(record, timeout=20)


@pytest.fixture
def certified(authority: Authority) -> Tls:
    client = authority.issue("certified")
    return Tls(ca=authority.ca, cert=client.cert, key=client.key)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_our_certificate_is_our_login(primary: Postgres, certified: Tls, host: str) -> None:
    """A role that PostgreSQL knows by its certificate alone."""
    login = Login(user="certified", sslmode="verify-full", tls=certified)
    url = primary.url.replace("127.0.0.1", host)
    assert isinstance(_ask(url, login), SqlAnswer)


def test_without_it_we_are_refused(primary: Postgres, authority: Authority) -> None:
    """The server says 28000, which is a refusal and not silence."""
    login = Login(user="certified", sslmode="verify-full", tls=Tls(ca=authority.ca))
    claim = _ask(primary.url, login)
    assert isinstance(claim, SqlRefused)
    assert claim.sqlstate.startswith("28")


def test_a_stranger_is_not_believed(
    primary: Postgres, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A server that our authority did not sign has said nothing, writable or not."""
    stranger = Authority(tmp_path_factory.mktemp("stranger"), name="stranger")
    login = Login(user="trusting", sslmode="verify-full", tls=Tls(ca=stranger.ca))
    claim = _ask(primary.url, login)
    assert isinstance(claim, Unknown)
    assert "certificate" in claim.reason

"""etcd behind TLS that wants to see our certificate."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.ports import DcsUnavailable, ScopeRef
from tests.contract.certificates import Authority
from tests.contract.etcd.pens import SECONDS
from tests.contract.etcd.server import Cluster, Secured, cluster
from workers.etcd import Change, EtcdDcs, Gateway, Resync, Watch
from workers.tls import Tls

SCOPE = ScopeRef(cluster="shop", namespace="service", scope="main")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(authority: Authority) -> Tls:
    client = authority.issue("pgbaton")
    return Tls(ca=authority.ca, cert=client.cert, key=client.key)


@pytest.fixture(scope="module")
def secured(
    etcd_program: Path, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    behind = Secured(pair=authority.issue("server"), ca=authority.ca)
    folder = tmp_path_factory.mktemp("secured")
    with cluster(etcd_program, folder, secured=behind) as running:
        yield running


def test_with_our_certificate_etcd_answers(secured: Cluster, tls: Tls) -> None:
    """Both sides prove themselves, and the question is answered."""
    gateway = Gateway(secured.endpoints, tls=tls)
    gateway.put(b"/service/main/leader", b"pg0", timeout=SECONDS)
    leader = EtcdDcs(gateway).leader(SCOPE, timeout=SECONDS)
    assert leader is not None
    assert leader.member == "pg0"


def test_without_our_certificate_it_says_so(secured: Cluster, authority: Authority) -> None:
    """A missing client certificate is an error, within the deadline."""
    with pytest.raises(DcsUnavailable):
        EtcdDcs(Gateway(secured.endpoints, tls=Tls(ca=authority.ca))).leader(SCOPE, timeout=SECONDS)


def test_a_server_of_an_unknown_authority_is_refused(
    secured: Cluster, tls: Tls, tmp_path: Path
) -> None:
    """Whoever cannot prove to be our etcd is not believed, whatever it would answer."""
    stranger = Tls(ca=Authority(tmp_path, name="stranger").ca, cert=tls.cert, key=tls.key)
    with pytest.raises(DcsUnavailable, match=r"(?i)certificate verify failed"):
        EtcdDcs(Gateway(secured.endpoints, tls=stranger)).leader(SCOPE, timeout=SECONDS)


def test_the_watch_runs_over_tls_too(secured: Cluster, tls: Tls) -> None:
    """The stream proves itself as the questions do, and many keys fit on it."""
    gateway = Gateway(secured.endpoints, tls=tls)
    scopes = [ScopeRef(cluster=f"c{i}", namespace="tls", scope=f"s{i}") for i in range(300)]
    watch = Watch(gateway, scopes, every=60, timeout=SECONDS)
    news = iter(watch)
    try:
        assert isinstance(next(news), Resync)
        gateway.put(b"/tls/s299/leader", b"pg1", timeout=SECONDS)
        change = next(news)
    finally:
        watch.stop()
    assert isinstance(change, Change)
    assert change.cluster == "c299"

"""Client certificates with a common name, which etcd's JSON gateway turns away."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from jobs.ports import DcsUnavailable, ScopeRef
from tests.contract.certificates import Authority
from tests.contract.etcd.pens import SECONDS
from tests.contract.etcd.server import Secured, cluster, first_user
from workers.etcd import EtcdDcs, Gateway, Password
from workers.tls import Tls

SCOPE = ScopeRef(cluster="shop", namespace="service", scope="main")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """An etcd that wants certificates and users, with two kinds of certificate."""

    endpoints: list[str]
    named: Tls
    nameless: Tls
    credentials: Password


@pytest.fixture(scope="module")
def certified(etcd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    folder = tmp_path_factory.mktemp("certified")
    authority = Authority(folder)
    named, nameless = authority.issue("root"), authority.issue("pgbaton", common_name=False)
    behind = Secured(pair=authority.issue("server"), ca=authority.ca)
    with cluster(etcd_program, folder, secured=behind) as running:
        has = Certified(
            endpoints=running.endpoints,
            named=Tls(ca=authority.ca, cert=named.cert, key=named.key),
            nameless=Tls(ca=authority.ca, cert=nameless.cert, key=nameless.key),
            credentials=Password(user="root", password=secrets.token_urlsafe(12)),
        )
        _enable_users(has)
        yield has


def _enable_users(certified: Certified) -> None:
    credentials, tls = certified.credentials, certified.named
    for what, request in first_user(credentials.password):
        requests.post(
            f"{certified.endpoints[0]}/v3/auth/{what}",
            json=request,
            timeout=SECONDS,
            verify=str(tls.ca),
            cert=(str(tls.cert), str(tls.key)),
        ).raise_for_status()


def test_a_certificates_common_name_is_no_user_here(certified: Certified) -> None:
    """etcd's JSON gateway does not take CN users: detected, and explained."""
    with pytest.raises(DcsUnavailable, match="CommonName") as refused:
        EtcdDcs(Gateway(certified.endpoints, tls=certified.named)).leader(SCOPE, timeout=SECONDS)
    assert "certificate without a common name" in refused.value.remedy
    assert "a user and a password" in refused.value.remedy


def test_a_common_name_is_in_the_way_even_of_a_password(certified: Certified) -> None:
    """etcd turns the certificate away before it looks at the user; the same remedy is told."""
    gateway = Gateway(certified.endpoints, tls=certified.named, credentials=certified.credentials)
    with pytest.raises(DcsUnavailable) as refused:
        EtcdDcs(gateway).leader(SCOPE, timeout=SECONDS)
    assert "certificate without a common name" in refused.value.remedy


def test_the_remedy_for_common_names_works(certified: Certified) -> None:
    """A certificate without a common name, with user and password, is served."""
    gateway = Gateway(
        certified.endpoints, tls=certified.nameless, credentials=certified.credentials
    )
    assert EtcdDcs(gateway).leader(SCOPE, timeout=SECONDS) is None

"""Users, passwords, tokens that expire, and permissions that are missing."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jobs.anchor import Anchor
from jobs.ports import DcsUnavailable, ScopeRef
from tests.contract.etcd.listener import Listener
from tests.contract.etcd.pens import SECONDS
from tests.contract.etcd.proxy import Proxy
from tests.contract.etcd.server import Cluster, cluster, first_user
from workers.etcd import EtcdDcs, Gateway, Password
from workers.etcd.anchors import EtcdAnchors
from workers.etcd.wire import text

SCOPE = ScopeRef(cluster="shop", namespace="service", scope="main")
OTHER = ScopeRef(cluster="other", namespace="secret", scope="main")
LEADER = b"/service/main/leader"


class Guarded:
    """An etcd with authentication on: root may all, `pgbaton` may read /service/."""

    def __init__(self, running: Cluster) -> None:
        self.endpoints = running.endpoints
        self.words = {user: secrets.token_urlsafe(12) for user in ("root", "pgbaton")}
        self.root = self.gateway("root")
        for user, word in self.words.items():
            self.do("user/add", name=user, password=word)
        self.do("role/add", name="root")
        self.do("role/add", name="reader")
        everything = {"permType": "READ", "key": "L3NlcnZpY2Uv", "range_end": "L3NlcnZpY2Uw"}
        self.do("role/grant", name="reader", perm=everything)
        self.do("user/grant", user="root", role="root")
        self.do("user/grant", user="pgbaton", role="reader")
        Gateway(self.endpoints).put(LEADER, b"pg0", timeout=SECONDS)
        self.do("enable")

    def gateway(self, user: str = "pgbaton", **more: Any) -> Gateway:
        return Gateway(
            self.endpoints,
            credentials=Password(user=user, password=self.words[user]),
            **more,
        )

    def do(self, what: str, **request: Any) -> None:
        """One of etcd's own calls about users and roles, as root."""
        answer = self._post(what, request)
        for _ in range(2):
            if answer.status_code not in {400, 401}:
                break
            # A token from before authentication was on, or one that has expired meanwhile.
            self.root.renew(self.root.headers(timeout=SECONDS), timeout=SECONDS)
            answer = self._post(what, request)
        answer.raise_for_status()

    def _post(self, what: str, request: Mapping[str, Any]) -> requests.Response:
        headers = dict(self.root.headers(timeout=SECONDS))
        url = f"{self.endpoints[0]}/v3/auth/{what}"
        return requests.post(url, json=request, headers=headers, timeout=SECONDS)


@contextmanager
def _guarded(program: Path, folder: Path, *options: str) -> Iterator[Guarded]:
    with cluster(program, folder, options=options) as running:
        yield Guarded(running)


@pytest.fixture(scope="module")
def guarded(etcd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Tokens live for two seconds."""
    options = ("--auth-token", "simple", "--auth-token-ttl", "2")
    with _guarded(etcd_program, tmp_path_factory.mktemp("guarded"), *options) as running:
        yield running


@pytest.fixture(scope="module")
def signed(etcd_program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Tokens are JSON Web Tokens, which carry the revision of the users they were made for."""
    folder = tmp_path_factory.mktemp("signed")
    token = _signing_key(folder)
    with _guarded(etcd_program, folder, "--auth-token", token) as running:
        yield running


def _signing_key(folder: Path) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private, public = folder / "token.key", folder / "token.pub"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return f"jwt,pub-key={public},priv-key={private},sign-method=RS256,ttl=10m"


def test_a_user_with_the_role_reads(guarded: Guarded) -> None:
    """User, password and a read-only role suffice."""
    leader = EtcdDcs(guarded.gateway()).leader(SCOPE, timeout=SECONDS)
    assert leader is not None
    assert leader.member == "pg0"


def test_one_token_serves_many_questions(signed: Guarded) -> None:
    """A token is kept: authenticating costs etcd a deliberately slow hash."""
    gateway = signed.gateway()
    first = gateway.headers(timeout=SECONDS)["Authorization"]
    EtcdDcs(gateway).leader(SCOPE, timeout=SECONDS)
    # The very same: two that are signed within a second are equal.
    assert gateway.headers(timeout=SECONDS)["Authorization"] is first


def test_an_expired_token_is_replaced_unseen(guarded: Guarded) -> None:
    """After a pause longer than the token's life the next question is answered all the same."""
    gateway = guarded.gateway()
    dcs = EtcdDcs(gateway)
    before = dcs.leader(SCOPE, timeout=SECONDS)
    old = gateway.headers(timeout=SECONDS)
    _until_expired(guarded, old)
    assert dcs.leader(SCOPE, timeout=SECONDS) == before
    assert gateway.headers(timeout=SECONDS) != old


@pytest.mark.parametrize("kind", ["guarded", "signed"])
def test_a_user_added_meanwhile_does_no_harm(request: pytest.FixtureRequest, kind: str) -> None:
    """Every change of users or roles outdates signed tokens; the next question is answered."""
    guarded: Guarded = request.getfixturevalue(kind)
    dcs = EtcdDcs(guarded.gateway())
    before = dcs.leader(SCOPE, timeout=SECONDS)
    for _ in range(3):
        guarded.do("user/add", name=secrets.token_hex(4), password=secrets.token_hex(8))
        assert dcs.leader(SCOPE, timeout=SECONDS) == before
        assert dcs.look([SCOPE], timeout=SECONDS)["shop"].leader == before


def test_a_changed_password_is_explained(guarded: Guarded) -> None:
    """A password that is wrong by now ends in an error that says what to correct, but not itself."""
    wrong = secrets.token_urlsafe(12)
    gateway = Gateway(guarded.endpoints, credentials=Password(user="pgbaton", password=wrong))
    with pytest.raises(DcsUnavailable, match="authentication failed") as refused:
        EtcdDcs(gateway).leader(SCOPE, timeout=SECONDS)
    assert "user and password" in refused.value.remedy
    assert wrong not in str(refused.value)


def test_without_a_user_the_remedy_is_to_give_one(guarded: Guarded) -> None:
    """etcd says only "user name is empty"; we say what to do."""
    with pytest.raises(DcsUnavailable) as refused:
        EtcdDcs(Gateway(guarded.endpoints)).leader(SCOPE, timeout=SECONDS)
    assert "give pgbaton a user and a password" in refused.value.remedy
    assert "certificate" not in refused.value.remedy


def test_a_missing_permission_names_keys_user_and_role(guarded: Guarded) -> None:
    """What may not be read, by whom, and which command grants it."""
    with pytest.raises(DcsUnavailable, match="/secret/main/leader") as refused:
        EtcdDcs(guarded.gateway()).leader(OTHER, timeout=SECONDS)
    assert "'pgbaton'" in refused.value.reason
    assert "grant-permission" in refused.value.remedy


def test_one_forbidden_cluster_does_not_hide_the_others(guarded: Guarded) -> None:
    """Of a batch, the clusters that may be read are; alone, the forbidden one says why."""
    dcs = EtcdDcs(guarded.gateway())
    assert set(dcs.look([OTHER, SCOPE], timeout=SECONDS)) == {"shop"}
    assert set(dcs.glance([OTHER, SCOPE], timeout=SECONDS)) == {"shop"}
    assert set(dcs.leaders([OTHER, SCOPE], timeout=SECONDS)) == {"shop"}
    with pytest.raises(DcsUnavailable, match="permission denied"):
        dcs.look([OTHER], timeout=SECONDS)


def test_a_password_where_none_is_needed_does_no_harm(etcd: Cluster, scope: ScopeRef) -> None:
    """Authentication may be switched on later: the user can be configured before."""
    credentials = Password(user="pgbaton", password=secrets.token_urlsafe(12))
    assert (
        EtcdDcs(Gateway(etcd.endpoints, credentials=credentials)).leader(scope, timeout=SECONDS)
        is None
    )


def test_authentication_switched_on_meanwhile_is_noticed(
    etcd_program: Path, tmp_path: Path
) -> None:
    """A gateway that asked while nobody needed a password authenticates as soon as one does."""
    with cluster(etcd_program, tmp_path) as running:
        word = secrets.token_urlsafe(12)
        gateway = Gateway(running.endpoints, credentials=Password(user="root", password=word))
        dcs = EtcdDcs(gateway)
        assert dcs.leader(SCOPE, timeout=SECONDS) is None
        for what, request in first_user(word):
            url = f"{running.endpoints[0]}/v3/auth/{what}"
            requests.post(url, json=request, timeout=SECONDS).raise_for_status()
        assert dcs.leader(SCOPE, timeout=SECONDS) is None


def test_the_watch_outlives_its_token(guarded: Guarded) -> None:
    """A stream that must be opened again after its token has expired is opened with a new one."""
    with Proxy(guarded.endpoints[0]) as proxy:
        credentials = Password(user="pgbaton", password=guarded.words["pgbaton"])
        gateway = Gateway([proxy.endpoint], credentials=credentials)
        with Listener(gateway, [SCOPE], every=600) as listener:
            _until_expired(guarded, gateway.headers(timeout=SECONDS))
            proxy.drop()
            _lead(guarded, "after-expiry")
            listener.led_by("after-expiry")


def test_one_forbidden_key_does_not_stop_the_watch(guarded: Guarded) -> None:
    """The keys that may be watched are, beside one that may not."""
    with Listener(guarded.gateway(), [OTHER, SCOPE], every=600) as listener:
        _lead(guarded, "beside-forbidden")
        listener.led_by("beside-forbidden")


def _until_expired(guarded: Guarded, headers: Mapping[str, str]) -> None:
    """Until etcd takes this token no more. It looks for old ones once a second, and each use keeps one
    alive for as long again."""
    end = time.monotonic() + SECONDS
    answer = None
    while answer is None or answer.ok:
        assert time.monotonic() < end, "the token does not expire"
        time.sleep(3.5)
        url, body = f"{guarded.endpoints[0]}/v3/kv/range", {"key": text(LEADER)}
        answer = requests.post(url, json=body, headers=dict(headers), timeout=SECONDS)


def _lead(guarded: Guarded, member: str) -> None:
    guarded.root.delete(LEADER, timeout=SECONDS)
    guarded.root.put(LEADER, member.encode(), timeout=SECONDS)


@pytest.mark.parametrize("show", [repr, str, lambda g: repr(vars(g))])
def test_nothing_shows_the_password(show: Callable[[object], str]) -> None:
    """Neither the credentials nor the gateway that holds them give the password away."""
    word = secrets.token_urlsafe(12)
    credentials = Password(user="pgbaton", password=word)
    gateway = Gateway(["http://127.0.0.1:1"], credentials=credentials)
    assert word not in repr(credentials)
    assert word not in show(gateway)


def test_a_reader_is_told_how_to_anchor(guarded: Guarded) -> None:
    """A role that may only read: the exact line that lifts it, which then does."""
    anchor = Anchor(cluster="shop", kind="head", seq=1, hash="a" * 64, at=1)
    place = EtcdAnchors(guarded.gateway(), prefix="/pgbaton/", timeout=SECONDS)
    for ask in (lambda: place.place(anchor), lambda: place.placed("shop")):
        with pytest.raises(DcsUnavailable) as refused:
            ask()
        line = "etcdctl role grant-permission ROLE --prefix=true readwrite /pgbaton/"
        assert line in refused.value.remedy
    prefix = {"key": "L3BnYmF0b24v", "range_end": "L3BnYmF0b24w"}  # /pgbaton/ and /pgbaton0
    guarded.do("role/grant", name="reader", perm={"permType": "READWRITE", **prefix})
    place.place(anchor)
    assert [one.seq for one in place.placed("shop")] == [1]

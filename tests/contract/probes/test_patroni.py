"""Patroni's REST API, answering well, badly, slowly and not at all."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.claims import MemberRecord, RestAnswer, RestClaim, Unknown
from tests.contract import ports
from tests.contract.certificates import Authority
from tests.contract.probes import bodies
from tests.contract.probes.awake import awake
from tests.contract.probes.patroni_server import Answer, drip, serving, silence, status
from tests.contract.threads import none_left
from tests.waiting import PATIENCE
from workers.patroni import PatroniRest
from workers.tls import Tls

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _record(origin: str) -> MemberRecord:
    return MemberRecord(
        name="pg0", conn_url="postgres://10.0.0.1:5432/postgres", api_url=f"{origin}/patroni"
    )


def _ask(answer: Answer, *, timeout: float = PATIENCE) -> RestClaim:
    with serving(answer) as origin:
        return PatroniRest().ask(_record(origin), timeout=timeout)


def test_a_primary_of_patroni_4_is_read_whole() -> None:
    """Role, state, who it is, and its place in PostgreSQL's own history."""
    assert _ask(status(200, bodies.PRIMARY_4)) == RestAnswer(
        role="primary",
        state="running",
        scope="main",
        name="pg0",
        system_identifier="7711177461143934353",
        pg_timeline=2,
        version="4.1.4",
    )


def test_a_primary_of_patroni_3_keeps_its_old_name() -> None:
    """Before 4.0 the role is `master`, and the member's name may be missing."""
    answer = _ask(status(200, bodies.PRIMARY_3))
    assert isinstance(answer, RestAnswer)
    assert (answer.role, answer.name, answer.version) == ("master", None, "3.0.2")


def test_a_paused_replica_says_both() -> None:
    """Pause is told beside the role."""
    answer = _ask(status(200, bodies.REPLICA_PAUSED))
    assert isinstance(answer, RestAnswer)
    assert (answer.role, answer.paused, answer.failsafe_active) == ("replica", True, False)


def test_the_body_counts_whatever_the_status() -> None:
    """503 with a body is Patroni talking about a PostgreSQL that does not run."""
    answer = _ask(status(503, bodies.CRASHED))
    assert isinstance(answer, RestAnswer)
    assert (answer.role, answer.state) == ("primary", "crashed")
    assert answer.failsafe_active
    assert answer.pg_timeline is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>502 Bad Gateway</html>", "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1, 2]", "not an object"),
        (b"null", "not an object"),
        (b'{"status": "fine"}', "not Patroni"),
        (b'{"role": 1, "state": []}', "not Patroni"),
        (b'{"role": "primary"}' + b" " * (2 << 20), "larger than"),
        (b"[" * 200_000, "not JSON"),
    ],
)
def test_what_is_not_patroni_is_unknown(body: bytes, reason: str) -> None:
    """Somebody else's answer is neither yes nor no, and the reason says what came instead."""
    answer = _ask(status(200, body))
    assert isinstance(answer, Unknown)
    assert reason in answer.reason
    assert "127.0.0.1" in answer.reason


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(silence, id="says nothing"),
        pytest.param(drip(HEAD + b"\r\n", b" "), id="drips its body"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), id="drips its headers"),
        pytest.param(
            drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"), id="drips chunks"
        ),
    ],
)
def test_a_slow_answer_does_not_hold_us(answer: Answer) -> None:
    """The deadline is one for everything, however many small steps the other side makes of it."""
    with awake() as seconds:
        claim = _ask(answer, timeout=0.5)
        assert seconds() < 1.5
    assert isinstance(claim, Unknown)
    assert "no answer in time" in claim.reason


def test_a_drip_leaves_no_thread_behind() -> None:
    """Whoever drips is cut off, so that asking it every two seconds does not fill the process."""
    with serving(drip(HEAD + b"\r\n", b" ")) as origin, none_left():
        PatroniRest().ask(_record(origin), timeout=0.2)


def test_nobody_there_is_unknown_at_once() -> None:
    """A refused connection is told as such, without waiting."""
    origin = f"http://127.0.0.1:{ports.free()[0]}"
    begun = time.monotonic()
    claim = PatroniRest().ask(_record(origin), timeout=PATIENCE)
    assert time.monotonic() - begun < PATIENCE / 2
    assert isinstance(claim, Unknown)
    assert "refused" in claim.reason


@pytest.mark.parametrize(
    "answer", [lambda c: c.close(), status(200, b""), lambda c: c.sendall(b"SSH-2.0-x\r\n" * 9)]
)
def test_what_is_not_even_http_is_unknown(answer: Answer) -> None:
    """A port that speaks something else is no reason to fall over."""
    assert isinstance(_ask(answer), Unknown)


def test_a_name_nobody_knows_is_unknown() -> None:
    """A host name that does not resolve is told with the reason."""
    claim = PatroniRest().ask(_record("http://pg0.invalid:8008"), timeout=PATIENCE)
    assert isinstance(claim, Unknown)
    assert "pg0.invalid" in claim.reason


class TestTls:
    """Patroni with `restapi.certfile`, and with `verify_client: required`."""

    @pytest.fixture
    def authority(self, tmp_path: Path) -> Authority:
        return Authority(tmp_path)

    @pytest.fixture
    def origin(self, authority: Authority) -> Iterator[str]:
        server = authority.issue("patroni")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(server.cert, server.key)
        context.load_verify_locations(authority.ca)
        context.verify_mode = ssl.CERT_REQUIRED
        with serving(status(200, bodies.PRIMARY_4), context=context) as origin:
            yield origin

    def test_with_our_certificate_it_answers(self, authority: Authority, origin: str) -> None:
        """Both sides prove themselves."""
        client = authority.issue("pgbaton")
        tls = Tls(ca=authority.ca, cert=client.cert, key=client.key)
        assert isinstance(PatroniRest(tls=tls).ask(_record(origin), timeout=PATIENCE), RestAnswer)

    def test_without_it_the_answer_is_unknown(self, authority: Authority, origin: str) -> None:
        """A member that turns us away told nothing of its role."""
        claim = PatroniRest(tls=Tls(ca=authority.ca)).ask(_record(origin), timeout=PATIENCE)
        assert isinstance(claim, Unknown)

    def test_a_stranger_is_not_believed(
        self, authority: Authority, origin: str, tmp_path: Path
    ) -> None:
        """A server that our authority did not sign is refused, and the reason says so."""
        client = authority.issue("pgbaton")
        other = Authority(tmp_path, name="stranger")
        tls = Tls(ca=other.ca, cert=client.cert, key=client.key)
        claim = PatroniRest(tls=tls).ask(_record(origin), timeout=PATIENCE)
        assert isinstance(claim, Unknown)
        assert "certificate" in claim.reason

    @pytest.mark.parametrize(("verify", "believed"), [(True, False), (False, True)])
    def test_the_name_in_the_certificate_counts_unless_told_otherwise(
        self, authority: Authority, origin: str, *, verify: bool, believed: bool
    ) -> None:
        """127.0.0.2 is not in the certificate."""
        client = authority.issue("pgbaton")
        tls = Tls(ca=authority.ca, cert=client.cert, key=client.key, verify_hostname=verify)
        elsewhere = origin.replace("127.0.0.1", "127.0.0.2")
        claim = PatroniRest(tls=tls).ask(_record(elsewhere), timeout=PATIENCE)
        assert isinstance(claim, RestAnswer) is believed

    def test_a_missing_file_is_a_reason(self, origin: str, tmp_path: Path) -> None:
        """A certificate that is not there is told, not thrown."""
        tls = Tls(ca=tmp_path / "nobody-wrote-this.pem")
        claim = PatroniRest(tls=tls).ask(_record(origin), timeout=PATIENCE)
        assert isinstance(claim, Unknown)
        assert "No such file" in claim.reason

    def test_a_handshake_that_never_ends_is_cut(self, authority: Authority) -> None:
        """The deadline covers TLS too."""
        with serving(silence) as plain, awake() as seconds:
            record = _record(plain.replace("http:", "https:"))
            claim = PatroniRest(tls=Tls(ca=authority.ca)).ask(record, timeout=0.5)
            assert seconds() < 1.5
        assert isinstance(claim, Unknown)

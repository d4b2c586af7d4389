"""PostgreSQL's own word, from a real server in every state that a failover shows."""

import secrets
import socket
import time
from pathlib import Path

import pytest

from jobs.claims import MemberRecord, SqlAnswer, SqlClaim, SqlRefused, SqlStarting, Unknown
from tests.contract import ports
from tests.contract.probes.awake import awake
from tests.contract.probes.patroni_server import drip, serving, silence
from tests.contract.probes.postgres_server import Find, Postgres, folder
from workers.postgres import Login, PostgresProbe

TRUSTING = Login(user="trusting")


def _record(url: str) -> MemberRecord:
    return MemberRecord(name="pg0", conn_url=url, api_url="http://127.0.0.1:8008/patroni")


def _ask(server: Postgres, login: Login = TRUSTING, *, timeout: float = 20) -> SqlClaim:
    return PostgresProbe(login).ask(_record(server.url), timeout=timeout)


def _answer(claim: SqlClaim) -> SqlAnswer:
    assert isinstance(claim, SqlAnswer), claim
    return claim


def _identifier(server: Postgres) -> str:
    told = server.run("pg_controldata", str(server.folder / "data"))
    line = next(line for line in told.splitlines() if "system identifier" in line)
    return line.split()[-1]


def test_a_primary_is_writable_and_says_which_it_is(primary: Postgres) -> None:
    """Recovery, read-only, system identifier and timeline in one answer, without a password."""
    answer = _answer(_ask(primary))
    assert answer.writable
    assert answer == SqlAnswer(
        in_recovery=False,
        read_only=False,
        system_identifier=_identifier(primary),
        pg_timeline=1,
    )


def test_with_a_password(primary: Postgres, word: str) -> None:
    """A role with SCRAM, an own database name, and an ordinary role's rights."""
    login = Login(user="monitor", dbname="template1", password=word)
    assert _answer(_ask(primary, login)).writable


def test_a_standby_is_not_writable(standby: Postgres, primary: Postgres) -> None:
    """In recovery: the same system, no timeline of its own to tell."""
    answer = _answer(_ask(standby))
    assert not answer.writable
    assert (answer.in_recovery, answer.read_only) == (True, True)
    assert answer.system_identifier == _identifier(primary)
    assert answer.pg_timeline is None


def test_a_promoted_standby_counts_on(require: Find, primary: Postgres) -> None:
    """After a promotion it is writable, on the next timeline, of the same system."""
    with folder() as place:
        server = Postgres(find=require, folder=place)
        server.copy_of(primary)
        server.start()
        try:
            server.do("select pg_promote(true, 50)")
            answer = _answer(_ask(server))
        finally:
            server.stop()
    assert answer.writable
    assert answer.pg_timeline == 2


def test_a_read_only_server_is_not_writable(primary: Postgres) -> None:
    """`default_transaction_read_only` for everyone shows."""
    primary.do("alter system set default_transaction_read_only = on", "select pg_reload_conf()")
    try:
        _until_read_only(primary, wanted=True)
        assert not _answer(_ask(primary)).writable
    finally:
        primary.do("set default_transaction_read_only = off", "alter system reset all")
        primary.do("select pg_reload_conf()")
    _until_read_only(primary, wanted=False)


def test_a_read_only_monitoring_role_says_nothing_about_the_server(primary: Postgres) -> None:
    """Whoever made the role read-only for safety has not made the server so."""
    primary.do("alter role trusting set default_transaction_read_only = on")
    try:
        assert _answer(_ask(primary)).writable
    finally:
        primary.do("alter role trusting reset default_transaction_read_only")


def test_a_role_without_rights_on_the_control_file_still_answers(primary: Postgres) -> None:
    """The system identifier is missing then, and nothing else."""
    primary.do("revoke execute on function pg_control_system() from public")
    try:
        answer = _answer(_ask(primary))
    finally:
        primary.do("grant execute on function pg_control_system() to public")
    assert answer.writable
    assert answer.system_identifier is None
    assert answer.pg_timeline == 1


@pytest.mark.parametrize(
    ("login", "sqlstate"),
    [
        (Login(user="monitor", password="wrong"), "28P01"),
        (Login(user="monitor"), "28P01"),
        (Login(user="nobody-knows", password="x"), "28P01"),
        (Login(user="rejected"), "28000"),
        (Login(user="trusting", dbname="nowhere"), "3D000"),
        (Login(user="crowded", password="x"), "53300"),
    ],
)
def test_a_refused_login_is_told_from_silence(
    primary: Postgres, login: Login, sqlstate: str
) -> None:
    """The server lives and answers: the SQLSTATE says why we are not let in."""
    claim = _ask(primary, login)
    assert isinstance(claim, SqlRefused)
    assert claim.sqlstate == sqlstate
    assert claim.reason


def test_the_environment_has_no_say(
    primary: Postgres, word: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither variables nor a password file lend the probe what its configuration did not give."""
    (tmp_path / "pgpass").write_text(f"*:*:*:*:{word}\n")
    (tmp_path / "pgpass").chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "pgpass"))
    monkeypatch.setenv("PGPASSWORD", word)
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    monkeypatch.setenv("PGTARGETSESSIONATTRS", "read-only")
    claim = _ask(primary, Login(user="monitor"))
    assert isinstance(claim, SqlRefused)
    assert "none is configured" in claim.reason
    assert _answer(_ask(primary)).writable


def test_no_reason_holds_the_password(primary: Postgres) -> None:
    """Neither a refusal nor the probe itself shows what we came with."""
    word = secrets.token_urlsafe(12)
    login = Login(user="monitor", password=word)
    assert word not in repr(_ask(primary, login))
    assert word not in repr(login)
    assert word not in repr(
        PostgresProbe(login).ask(_record("postgres://h.invalid:1/x"), timeout=1)
    )


def test_a_server_that_cannot_serve_yet_is_starting(require: Find, primary: Postgres) -> None:
    """57P03: a standby that lets nobody in, as one that is still recovering does."""
    with folder() as place:
        server = Postgres(find=require, folder=place, options={"hot_standby": "off"})
        server.copy_of(primary)
        server.start(ready=False)
        try:
            claim = _until_answered(server)
        finally:
            server.stop()
    assert isinstance(claim, SqlStarting)
    assert "accepting connections" in claim.reason or "starting up" in claim.reason


def test_nobody_there_is_unknown_at_once() -> None:
    """A refused connection needs no timeout."""
    begun = time.monotonic()
    record = _record(f"postgres://127.0.0.1:{ports.free()[0]}/postgres")
    claim = PostgresProbe(TRUSTING).ask(record, timeout=20)
    assert time.monotonic() - begun < 10
    assert isinstance(claim, Unknown)
    assert "refused" in claim.reason


def test_a_frozen_server_holds_us_no_longer_than_asked(primary: Postgres) -> None:
    """libpq counts in whole seconds, two at least: the deadline is kept all the same."""
    primary.freeze()
    try:
        with awake() as seconds:
            begun = time.monotonic()
            claim = _ask(primary, timeout=0.4)
            assert time.monotonic() - begun > 0.35
            assert seconds() < 1.5
    finally:
        primary.thaw()
    assert isinstance(claim, Unknown)
    assert "no answer in time" in claim.reason


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(silence, id="says nothing"),
        pytest.param(drip(b"N", b""), id="stops after the first byte"),
        pytest.param(drip(b"NR\0\0\xff\xff", b"\0"), id="drips a message"),
        pytest.param(drip(b"HTTP/1.1 400 Bad Request\r\n", b"x"), id="speaks something else"),
    ],
)
def test_what_is_not_postgresql_is_unknown_in_time(answer: object) -> None:
    """Whatever else listens there is neither yes nor no."""
    with serving(answer) as origin, awake() as seconds:  # type: ignore[arg-type]
        claim = PostgresProbe(TRUSTING).ask(
            _record(origin.replace("http", "postgres")), timeout=0.4
        )
        assert seconds() < 1.5
    assert isinstance(claim, Unknown)


def test_a_host_name_is_resolved(primary: Postgres) -> None:
    """`conn_url` may carry a name; several addresses are tried in turn."""
    url = primary.url.replace("127.0.0.1", "localhost")
    assert isinstance(PostgresProbe(TRUSTING).ask(_record(url), timeout=20), SqlAnswer)


def test_a_name_nobody_knows_is_unknown() -> None:
    """The reason names the host."""
    claim = PostgresProbe(TRUSTING).ask(_record("postgres://pg0.invalid:5432/x"), timeout=20)
    assert isinstance(claim, Unknown)
    assert "pg0.invalid" in claim.reason


def test_an_ipv6_address_loses_its_brackets() -> None:
    """`postgres://[::1]:port/…` is asked at ::1; nobody listens there, and that is what it says."""
    port = ports.free()[0]
    claim = PostgresProbe(TRUSTING).ask(_record(f"postgres://[::1]:{port}/postgres"), timeout=20)
    assert isinstance(claim, Unknown)
    assert f"::1:{port}" in claim.reason
    assert "resolve" not in claim.reason
    assert "known" not in claim.reason


def test_a_dead_address_of_a_name_costs_its_share_only(primary: Postgres) -> None:
    """Of two addresses the first swallows everything; the second still has its half of the time."""
    with socket.create_server(("127.0.0.2", primary.port)):  # accepts, and says nothing
        begun = time.monotonic()
        row = PostgresProbe(TRUSTING)._fetch(
            "select 1", "pg0.example", primary.port, ["127.0.0.2", "127.0.0.1"], begun + 6
        )
        assert 2.9 < time.monotonic() - begun < 5.7
    assert row == ("1",)


def _until_answered(server: Postgres) -> SqlClaim:
    """Until somebody listens."""
    end = time.monotonic() + 40
    while isinstance(claim := _ask(server, timeout=1), Unknown):
        assert time.monotonic() < end, claim
        time.sleep(0.05)
    return claim


def _until_read_only(server: Postgres, *, wanted: bool) -> None:
    """A reload reaches the postmaster a moment later."""
    end = time.monotonic() + 40
    while _answer(_ask(server)).read_only is not wanted:
        assert time.monotonic() < end
        time.sleep(0.02)

"""A stale primary is stopped over SSH, by the forced command, and only where that is right."""

import json
import ssl
import time
from pathlib import Path

import psycopg
import pytest

from jobs.fence import Fence
from jobs.remote import HostFailure
from jobs.stopping import StopOrder, StopReply
from tests.contract.certificates import Authority
from tests.contract.isolation.member import CLUSTER, Member
from tests.contract.probes.patroni_server import serving, silence
from workers.ssh import SshMembers

WITHIN = 20.0


def order(fence: Fence | None) -> StopOrder:
    return StopOrder(cluster=CLUSTER, fence=fence)


def stop(hands: SshMembers, stale: Member, fence: Fence | None) -> StopReply | HostFailure:
    return hands.stop(stale.host, order(fence), timeout=WITHIN)


def patroni(code: int, **body: object) -> object:
    """What its Patroni says to GET /leader."""
    raw = json.dumps(body).encode()

    def answer(connection: object) -> None:
        connection.recv(65536)  # type: ignore[attr-defined]
        connection.sendall(f"HTTP/1.0 {code} -\r\n\r\n".encode() + raw)  # type: ignore[attr-defined]

    return answer


def test_a_stale_primary_is_stopped_and_accepts_nothing_any_more(
    stale: Member, hands: SshMembers
) -> None:
    """Its Patroni is dead: PostgreSQL is stopped fast although a session is open, and once more is no harm."""
    dsn = f"host=127.0.0.1 port={stale.postgres.port} user=postgres dbname=postgres"
    with psycopg.connect(dsn) as session:
        session.execute("create temporary table busy (n int)")
        reply = stop(hands, stale, fence := stale.fence())
        assert reply == StopReply(outcome="stopped", reason="PostgreSQL was stopped (fast)")
        with pytest.raises(psycopg.OperationalError):
            session.execute("select 1")
    assert not stale.runs()
    assert (stale.state / "fence").read_text() == f"{fence}\n"
    again = stop(hands, stale, fence)
    assert again == StopReply(outcome="already", reason="PostgreSQL does not run")


def test_one_whose_patroni_is_frozen_is_stopped_too(stale: Member, hands: SshMembers) -> None:
    """Patroni that answers nothing within three seconds is as good as dead."""
    with serving(silence) as origin:
        stale.configure(rest=f"{origin}/leader")
        began = time.monotonic()
        reply = stop(hands, stale, stale.fence())
    assert isinstance(reply, StopReply)
    assert reply.outcome == "stopped"
    assert time.monotonic() - began < WITHIN / 2


def test_one_whose_patroni_says_that_it_does_not_lead_is_stopped(
    stale: Member, hands: SshMembers
) -> None:
    with serving(patroni(503, role="primary", pause=False)) as origin:  # type: ignore[arg-type]
        stale.configure(rest=f"{origin}/leader")
        reply = stop(hands, stale, stale.fence())
    assert isinstance(reply, StopReply)
    assert reply.stopped


@pytest.mark.parametrize(
    ("code", "body", "why"),
    [
        (200, {"role": "primary"}, "Patroni here says that it leads"),
        (503, {"role": "primary", "pause": True}, "Patroni is paused"),
    ],
)
def test_who_holds_the_lock_or_is_paused_is_left_alone(
    stale: Member, hands: SshMembers, code: int, body: dict[str, object], why: str
) -> None:
    """Its own Patroni is believed before any fence."""
    with serving(patroni(code, **body)) as origin:  # type: ignore[arg-type]
        stale.configure(rest=f"{origin}/leader")
        reply = stop(hands, stale, stale.fence())
    assert isinstance(reply, StopReply)
    assert (reply.outcome, stale.runs()) == ("refused", True)
    assert reply.reason.startswith(why)
    assert reply.remedy
    assert not (stale.state / "fence").exists()


def test_a_patroni_that_cannot_be_asked_is_no_dead_one(stale: Member, hands: SshMembers) -> None:
    """A certificate that does not fit says nothing about who leads."""
    with serving(patroni(200)) as origin:  # type: ignore[arg-type]
        stale.configure(rest=origin.replace("http:", "https:") + "/leader")
        reply = stop(hands, stale, stale.fence())
    assert isinstance(reply, StopReply)
    assert (reply.outcome, stale.runs()) == ("refused", True)


def test_a_patroni_that_refuses_our_certificate_is_no_dead_one(
    stale: Member, hands: SshMembers, tmp_path: Path
) -> None:
    """With TLS 1.3 it hangs up only after the handshake: that is no silence, it leads. Doctor hears of it."""
    authority = Authority(tmp_path)
    server = authority.issue("patroni")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server.cert, server.key)
    context.load_verify_locations(authority.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    ca = stale.root / "ca.pem"
    ca.write_bytes(authority.ca.read_bytes())
    with serving(patroni(200), context=context) as origin:  # type: ignore[arg-type]
        stale.configure(rest=f"{origin}/leader", cacert=str(ca))
        reply = stop(hands, stale, stale.fence())
        beforehand = stop(hands, stale, None)
    assert isinstance(reply, StopReply)
    assert (reply.outcome, stale.runs()) == ("refused", True)
    assert isinstance(beforehand, StopReply)
    assert beforehand.outcome == "failed"
    assert reply.reason == beforehand.reason == "Patroni here could not be asked whether it leads"


def test_somebody_else_at_its_port_says_nothing_about_who_leads(
    stale: Member, hands: SshMembers
) -> None:
    """Patroni says 200 or 503; a proxy's 502, or a page of somebody else, is neither."""
    with serving(patroni(502)) as origin:  # type: ignore[arg-type]
        stale.configure(rest=f"{origin}/leader")
        reply = stop(hands, stale, stale.fence())
    assert isinstance(reply, StopReply)
    assert (reply.outcome, stale.runs()) == ("refused", True)


def test_a_lower_fence_and_another_database_are_refused(stale: Member, hands: SshMembers) -> None:
    """What was seen here once is the least that counts, by each part alone."""
    fence = stale.fence(above=3, epoch=50)
    (stale.state / "fence").write_text(f"{fence}\n")
    own = fence.pg_timeline - 3
    for wrong in (
        Fence(system=fence.system, pg_timeline=fence.pg_timeline, epoch=49),
        Fence(system=fence.system, pg_timeline=fence.pg_timeline - 1, epoch=51),
        Fence(system="7000000000000000001", pg_timeline=9, epoch=99),
        Fence(system=fence.system, pg_timeline=own, epoch=99),
    ):
        reply = stop(hands, stale, wrong)
        assert isinstance(reply, StopReply), wrong
        assert (reply.outcome, stale.runs()) == ("refused", True), wrong
        assert reply.remedy, wrong
    assert (stale.state / "fence").read_text() == f"{fence}\n"


def test_the_leader_itself_cannot_be_stopped_by_its_own_fence(
    stale: Member, hands: SshMembers
) -> None:
    """A leader's PostgreSQL timeline is never below itself, whatever Patroni says or does not say."""
    reply = stop(hands, stale, stale.fence(above=0))
    assert isinstance(reply, StopReply)
    assert (reply.outcome, stale.runs()) == ("refused", True)


def test_a_replica_is_never_stopped(stale: Member, hands: SshMembers) -> None:
    """Whoever forged a record that names it as a writer, and although its Patroni is dead: it takes no writes."""
    signal = stale.postgres.folder / "data" / "standby.signal"
    stale.postgres.stop()
    signal.touch()
    stale.postgres.start()
    try:
        reply = stop(hands, stale, stale.fence())
        assert isinstance(reply, StopReply)
        assert (reply.outcome, stale.runs()) == ("already", True)
        assert "takes no writes" in reply.reason
    finally:
        signal.unlink()
        stale.postgres.stop()


def test_a_leader_that_changed_meanwhile_sends_nothing(stale: Member, hands: SshMembers) -> None:
    reply = hands.stop(stale.host, order(stale.fence()), timeout=WITHIN, confirm=lambda: False)
    assert isinstance(reply, HostFailure)
    assert (reply.kind, stale.runs()) == ("superseded", True)


def test_a_check_changes_nothing(stale: Member, hands: SshMembers) -> None:
    """Doctor asks whether it could be done; where something is missing, it hears what."""
    reply = stop(hands, stale, None)
    assert isinstance(reply, StopReply)
    assert (reply.outcome, stale.runs()) == ("ready", True)
    stale.configure(state="/nowhere")
    missing = stop(hands, stale, None)
    assert isinstance(missing, StopReply)
    assert (missing.outcome, missing.remedy != "") == ("failed", True)
    assert not (stale.state / "fence").exists()


@pytest.mark.further
def test_a_postmaster_that_hangs_is_said_to_run(stale: Member, hands: SshMembers) -> None:
    """Neither a fast nor an immediate stop reaches a frozen postmaster: that is no success."""
    stale.postgres.freeze()
    try:
        reply = stop(hands, stale, stale.fence())
    finally:
        stale.postgres.thaw()
    assert isinstance(reply, StopReply)
    assert reply.outcome == "failed"
    assert "does not stop" in reply.reason
    stale.postgres.process.wait(20)  # type: ignore[union-attr]  # it does now


def test_nobody_without_the_key_gets_in(stale: Member, machine: Member) -> None:
    """Another key is refused, and the words say what to install."""
    from paramiko import ECDSAKey

    reply = stop(SshMembers(key=ECDSAKey.generate()), machine, stale.fence())
    assert isinstance(reply, HostFailure)
    assert reply.kind == "login"
    assert "authorized-key" in reply.remedy

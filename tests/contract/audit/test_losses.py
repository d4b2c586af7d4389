"""What Redis loses without a thief: a copy put back, a failover; and who may sign which of them off."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from tests.contract.audit import thefts
from tests.contract.audit.office import Office
from tests.contract.ledger.server import RedisServer, on_a_port

WHY = "restored the copy of Tuesday, ticket 12"


@pytest.fixture
def put_back(own: Office) -> Office:
    """Redis ran from a copy of entry 6 after entry 12 was anchored, and went on to 8."""
    own.grows((4,))
    own.says("five", "six")
    copy = own.folder / "copy"
    shutil.copytree(own.server.folder / "appendonlydir", copy)
    own.grows((12,))
    own.server.stop()
    shutil.rmtree(own.server.folder / "appendonlydir")
    shutil.copytree(copy, own.server.folder / "appendonlydir")
    own.server.start()
    return own


def test_a_copy_put_back_is_a_loss(put_back: Office) -> None:
    """At once, after the trail went on, and after it was anchored again: never exit code 0."""
    seen = put_back.types("audit", "verify", "shop")
    assert (seen.exit_code, "lies in 7 to 12" in seen.stdout) == (1, True)
    put_back.says("other seven")
    assert put_back.anchors().failing
    seen = put_back.types("audit", "verify", "shop")
    assert (seen.exit_code, "lies in 5 to 12" in seen.stdout) == (1, True)
    assert "pgbaton audit accept" in seen.stdout


def test_a_copy_put_back_on_purpose_is_signed_off(put_back: Office) -> None:
    """From then on verify is content, names who accepted what, and the chronicle is content, too, without
    being started anew."""
    put_back.says("other seven")
    running, days = put_back.anchors(), [_today()]
    done = put_back.types("audit", "accept", "shop", "--why", WHY)
    days += [_today()]
    assert (done.exit_code, "signed off by dba" in done.stdout) == (0, True)
    running.tick()
    assert running.failing == {}
    seen = put_back.types("audit", "verify", "shop")
    assert seen.exit_code == 0
    said = [f"a loss that dba accepted on {day}: entries 5 to 12" for day in days]
    assert any(one in seen.stdout for one in said)
    assert WHY in seen.stdout
    assert "anchors prove entries up to 8" in seen.stdout


def _today() -> date:
    """Midnight may pass while a command runs."""
    return datetime.now(tz=UTC).date()


def test_a_second_signature_is_refused(put_back: Office) -> None:
    """Nothing is left to accept, and nothing is written."""
    assert put_back.types("audit", "accept", "shop", "--why", WHY).exit_code == 0
    head = put_back.ledger.head("shop")
    again = put_back.types("audit", "accept", "shop", "--why", "once more")
    assert (again.exit_code, "nothing is to be accepted" in again.stderr) == (1, True)
    assert put_back.ledger.head("shop") == head


def test_a_signature_that_was_interrupted_is_finished(put_back: Office) -> None:
    """It stood in etcd and not yet in the trail: the same command tells it as it stands there, and so
    would the chronicle."""
    put_back.redis.config_set("maxmemory", 1)
    cut = put_back.types("audit", "accept", "shop", "--why", WHY)
    assert cut.exit_code == 69
    put_back.redis.config_set("maxmemory", 0)
    assert put_back.types("audit", "accept", "shop", "--why", "in other words").exit_code == 0
    seen = put_back.types("audit", "verify", "shop")
    assert (seen.exit_code, WHY in seen.stdout) == (0, True)


def test_the_chronicle_tells_a_signature_that_was_interrupted(put_back: Office) -> None:
    """Nobody types the command again."""
    put_back.redis.config_set("maxmemory", 1)
    assert put_back.types("audit", "accept", "shop", "--why", WHY).exit_code == 69
    put_back.redis.config_set("maxmemory", 0)
    assert put_back.anchors().failing == {}
    assert put_back.types("audit", "verify", "shop").exit_code == 0


def test_a_sound_trail_needs_no_signature(office: Office) -> None:
    """Exit code 1, and nothing is written anywhere."""
    office.grows()
    before = office.place.placed("shop"), office.ledger.head("shop")
    seen = office.types("audit", "accept", "shop", "--why", WHY)
    assert (seen.exit_code, "nothing is to be accepted" in seen.stderr) == (1, True)
    assert (office.place.placed("shop"), office.ledger.head("shop")) == before


@pytest.mark.parametrize(
    "theft",
    [thefts.edit, thefts.delete, thefts.fake_gap, thefts.fake_checkpoint, thefts.trim_tail],
    ids=lambda theft: theft.__name__,
)
def test_no_theft_is_signed_off(office: Office, theft: thefts.Theft) -> None:
    """A chain that does not fit stays one, and so does a claim that no anchor confirms."""
    office.grows()
    theft(office.redis)
    seen = office.types("audit", "accept", "shop", "--why", WHY)
    assert (seen.exit_code, "no loss that anybody can accept" in seen.stderr) == (1, True)
    assert office.types("audit", "verify", "shop").exit_code == 1


def test_nobody_signs_without_a_reason(office: Office) -> None:
    """Neither without the option, nor with blanks in it."""
    assert office.types("audit", "accept", "shop").exit_code == 2
    assert office.types("audit", "accept", "shop", "--why", " ").exit_code == 2


def test_a_reason_is_kept_without_secrets(put_back: Office) -> None:
    """It cannot be taken back: one line, and no password in it."""
    why = "restored with\nPGPASSWORD=hunter2hunter2 pg_restore"
    assert put_back.types("audit", "accept", "shop", "--why", why).exit_code == 0
    body = list(put_back.ledger.entries("shop"))[-1].body
    assert ("hunter2" in body, "restored with" in body) == (False, True)


def test_a_made_up_signature_is_called_a_lie(put_back: Office) -> None:
    """Somebody with Redis alone copies the form of one: etcd has no such note."""
    office = put_back
    office.types("audit", "accept", "shop", "--why", WHY)
    [told] = [e for e in office.ledger.entries("shop") if e.facts["kind"] == "trail-gap"]
    thefts.sign_off(office.redis, {**told.facts["evidence"], "by": "root"})
    seen = json.loads(office.types("audit", "verify", "shop", "--json").stdout)[0]
    assert [f["sign"] for f in seen["findings"] if f["bad"]] == ["gap-unproven"]


@pytest.fixture
def replica(own: Office) -> Iterator[RedisServer]:
    """It follows the office's Redis, up to date."""
    where = ("127.0.0.1", str(own.server.port))
    server = on_a_port(own.server.program, own.folder / "replica", "--replicaof", *where)
    server.start()
    _until_up(server)
    yield server
    server.stop()


def _until_up(server: RedisServer) -> None:
    end = time.monotonic() + 20
    while server.client().info("replication").get("master_link_status") != "up":
        assert time.monotonic() < end, "the replica never followed"
        time.sleep(0.02)


def test_a_failover_that_lost_the_end_is_a_gap_and_no_theft(
    own: Office, replica: RedisServer
) -> None:
    """The replica heard nothing of the last entries, was promoted, and the trail went on: exit code 0, the
    gap is named, and nobody needs to sign it off."""
    own.grows((4,))
    _heard(own, replica)
    replica.client().config_set("masterauth", "wrong")
    own.redis.execute_command("CLIENT", "KILL", "TYPE", "replica")  # type: ignore[no-untyped-call]
    while replica.client().info("replication")["master_link_status"] == "up":
        time.sleep(0.02)
    own.grows((6,))
    own.server.stop()
    replica.client().execute_command("REPLICAOF", "NO", "ONE")  # type: ignore[no-untyped-call]
    after = own.moved(replica)
    after.says("on", "and on", "and further")
    assert after.types("audit", "verify", "shop").exit_code == 1
    assert after.anchors().failing == {}
    seen = after.types("audit", "verify", "shop")
    assert (seen.exit_code, "Gap, not tampering" in seen.stdout) == (0, True)
    assert after.types("audit", "accept", "shop", "--why", WHY).exit_code == 1


def _heard(office: Office, replica: RedisServer) -> None:
    upto = office.redis.info("replication")["master_repl_offset"]
    while replica.client().info("replication")["slave_repl_offset"] < upto:
        time.sleep(0.02)

import json

import pytest

from jobs.claims import RestAnswer, SqlAnswer, SqlRefused, Unknown
from tests.unit.deploy.cli.desk import Operator


def test_confirmed_says_who_said_what(ann: Operator) -> None:
    """A confirmed leader is exit code 0, and every witness stands in the output."""
    seen = ann.types("verify", "shop")
    assert seen.exit_code == 0
    assert seen.stdout.startswith("shop: confirmed: pg1 leads")
    for words in ("pg1 holds the leader key", "Patroni on pg1", "PostgreSQL on pg3  not writable"):
        assert words in seen.stdout


@pytest.mark.parametrize(
    ("case", "code", "word"),
    [
        ("silent", 3, "unknown"),
        ("leaderless", 4, "not-yet"),
        ("read-only", 1, "contradicted"),
        ("standby", 5, "standby"),
        ("no quorum", 3, "unknown"),
    ],
)
def test_every_verdict_has_its_exit_code(ann: Operator, case: str, code: int, word: str) -> None:
    """A script can tell the five verdicts apart without reading."""
    world = ann.world
    match case:
        case "silent":
            world.witness.rest["pg1"] = Unknown(reason="timed out")
        case "leaderless":
            world.dcs.delete_leader("shop")
        case "read-only":
            world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=True)
        case "standby":
            world.witness.rest["pg1"] = RestAnswer(role="standby_leader", state="running")
        case _:
            world.dcs.break_down()
    seen = ann.types("verify", "shop")
    assert (seen.exit_code, word in seen.stdout) == (code, True)
    assert "Nothing is repointed" in seen.stdout


def test_json_holds_the_claims(ann: Operator) -> None:
    """With --json the verdict and its claims are one document."""
    told = json.loads(ann.types("verify", "shop", "--json").stdout)
    assert told["verdict"] == "confirmed"
    assert told["claims"]["etcd"]["leader"]["member"] == "pg1"


def test_json_has_the_same_names_whatever_the_verdict(ann: Operator) -> None:
    """A script that asks for the member gets null, not a missing name; so do plan and repoint --now."""
    journal = str(ann.folder / "journal")
    commands = (("verify",), ("plan",), ("repoint", "--now", "--journal", journal))
    said = [json.loads(ann.types(*c, "shop", "--json").stdout) for c in commands]
    ann.world.dcs.delete_leader("shop")
    then = [json.loads(ann.types(*c, "shop", "--json").stdout) for c in commands]
    assert [set(one) for one in then] == [set(one) for one in said]
    assert [one["member"] for one in said + then] == ["pg1"] * 3 + [None] * 3


def test_needs_no_redis(ann: Operator) -> None:
    """Who leads is said while Redis is down, the promoting leader included."""
    ann.world.ledger.break_down()
    assert ann.types("verify", "shop").exit_code == 0
    ann.world.witness.sql["pg1"] = SqlAnswer(in_recovery=True, read_only=True)
    assert ann.types("verify", "shop").exit_code == 4


def test_a_replica_that_keeps_the_key_is_contradicted(ann: Operator) -> None:
    """What Redis remembers of the epoch turns "still promoting" into a contradiction."""
    ann.world.witness.sql["pg1"] = SqlAnswer(in_recovery=True, read_only=True)
    ann.world.ledger.call("shop")
    ann.world.live_on(seconds=60)
    assert ann.types("verify", "shop").exit_code == 1


def test_second_primary_and_refused_probe_are_said(ann: Operator) -> None:
    """A stale primary and a probe that was not let in do not hide behind "confirmed"."""
    ann.world.witness.sql["pg1"] = SqlRefused(sqlstate="28P01", reason="password refused")
    ann.world.witness.sql["pg3"] = SqlAnswer(in_recovery=False, read_only=False)
    seen = ann.types("verify", "shop")
    assert "two writable primaries: pg3" in seen.stdout
    assert "note: writability not probed" in seen.stdout


def test_unknown_cluster_names_those_there_are(ann: Operator) -> None:
    """A misspelt cluster is a wrong call, and the right names are said."""
    seen = ann.types("verify", "shpo")
    assert (seen.exit_code, seen.stdout) == (2, "")
    assert "there is: shop" in seen.stderr

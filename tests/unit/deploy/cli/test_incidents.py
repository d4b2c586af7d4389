import json

import pytest

from jobs.remote import HostFailure
from tests.unit.deploy.cli.desk import Operator


@pytest.fixture
def failed_over(ann: Operator) -> Operator:
    """pg1 led, then pg2: two incidents, both concluded."""
    ann.world.settle()
    ann.world.clock.pass_by(60)
    ann.world.fail_over("pg2")
    ann.world.ledger.call("shop")
    ann.world.clock.pass_by(1)
    ann.world.work()
    return ann


def test_one_row_an_incident(failed_over: Operator) -> None:
    """Each incident is one row: id, from, to, how it stands and how many hosts follow."""
    seen = failed_over.types("incidents", "shop")
    rows = [line.split() for line in seen.stdout.splitlines()]
    assert [row[0] for row in rows] == ["incident", "shop-1", "shop-2"]
    assert "pg1 → pg2  concluded" in seen.stdout
    assert rows[2][-3:] == ["2", "of", "2"]


def test_last_keeps_the_newest(failed_over: Operator) -> None:
    """--last 1 is the newest one, not the oldest."""
    told = json.loads(failed_over.types("incidents", "--last", "1", "--json").stdout)
    assert [one["incident"] for one in told] == ["shop-2"]
    assert told[0]["hosts"] == {"web1": "changed", "web2": "changed"}


def test_no_incident_is_no_error(ann: Operator) -> None:
    """A fresh installation says that nothing has happened."""
    seen = ann.types("incidents")
    assert (seen.exit_code, seen.stdout) == (0, "no incident yet\n")


def test_an_open_incident_is_called_open(ann: Operator) -> None:
    """What is not over yet does not look concluded."""
    ann.world.dcs.delete_leader("shop")
    ann.world.ledger.call("shop")
    ann.world.work()
    assert "open, not-yet" in ann.types("incidents").stdout
    assert "shop-1: nobody known → nobody yet" in ann.types("show", "shop-1").stdout


def test_show_counts_from_the_opening(failed_over: Operator) -> None:
    """The timeline's offsets begin with the opening, and nothing of another incident is in it."""
    lines = failed_over.types("show", "shop-2").stdout.splitlines()
    assert lines[0] == "shop-2: pg1 → pg2, concluded"
    assert lines[3].split() == ["verified", "first", "host", "last", "host", "concluded"]
    assert lines[6].startswith("+0.000 s  incident shop-2 opened")
    assert not any("shop-1" in line for line in lines)


def test_show_says_why_a_host_is_left(ann: Operator) -> None:
    """A host that does not follow stands there with its reason and remedy."""
    ann.world.hosts.at("10.0.1.2").down = HostFailure(
        kind="unreachable", reason="web2 does not answer", remedy="look whether it runs"
    )
    ann.world.ledger.call("shop")
    ann.world.work()
    out = ann.types("show", "shop-1").stdout
    assert "web2 does not answer. look whether it runs" in out
    assert "shop-1: nobody known → pg1, open, confirmed" in out


def test_show_json_is_the_whole_timeline(failed_over: Operator) -> None:
    """A script gets times and sentences."""
    told = json.loads(failed_over.types("show", "shop-2", "--json").stdout)
    assert told["member"] == "pg2"
    assert [one["kind"] for one in told["timeline"]][-1] == "concluded"
    assert set(told["times"]) == {"opened", "verified", "first_host", "last_host", "concluded"}


@pytest.mark.parametrize("name", ["shop-9", "nowhere-1", "shop", "-"])
def test_show_of_nothing_is_a_wrong_call(failed_over: Operator, name: str) -> None:
    """An incident that never was is said to be none."""
    seen = failed_over.types("show", "--", name)
    assert seen.exit_code == 2
    assert "pgbaton incidents" in seen.stderr

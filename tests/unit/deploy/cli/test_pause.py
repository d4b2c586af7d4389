import pytest

from jobs.audit import Kind
from tests.unit.deploy.cli.desk import Operator


def test_a_pause_holds_the_hosts_until_it_is_lifted(ann: Operator) -> None:
    """While paused no host moves; resume lets them follow at once. Both are on the record."""
    world = ann.world
    world.settle()
    assert ann.types("pause", "shop", "--why", "moving racks", "--until", "30m").exit_code == 0
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work()
    assert world.restarts("web1") == 0
    assert ann.types("resume", "shop").exit_code == 0
    world.work()
    assert world.restarts("web1") == 1
    paused, resumed = world.told(Kind.PAUSED), world.told(Kind.RESUMED)
    assert (paused[0]["by"], paused[0]["why"], resumed[0]["by"]) == ("dba", "moving racks", "dba")
    assert "paused by dba: moving racks" in ann.types("tail", "--no-follow", "-n", "30").stdout


def test_a_pause_ends_by_itself(ann: Operator) -> None:
    """After its time the clock moves the hosts without anybody's word."""
    world = ann.world
    world.settle()
    ann.types("pause", "shop", "--why", "moving racks", "--until", "30m")
    world.fail_over("pg2")
    world.clock.pass_by(1801)
    world.live_on(seconds=10)
    assert world.restarts("web1") == 1


@pytest.mark.parametrize("until", ["soon", "", "0m", "2001-01-01", "30", "-5m"])
def test_a_bad_end_is_a_wrong_call(ann: Operator, until: str) -> None:
    """An end that is none, or is past, changes nothing."""
    seen = ann.types("pause", "shop", "--why", "x", f"--until={until}")
    assert seen.exit_code == 2
    assert ann.world.kinds() == []


@pytest.mark.parametrize("missing", ["--why", "--until"])
def test_why_and_until_are_demanded(ann: Operator, missing: str) -> None:
    """A hold without a reason or an end is refused."""
    words = {"--why": "x", "--until": "1h"}
    del words[missing]
    assert ann.types("pause", "shop", *(w for pair in words.items() for w in pair)).exit_code == 2


def test_a_blank_reason_is_none(ann: Operator) -> None:
    """Blanks say nothing to those who read the trail."""
    assert ann.types("pause", "shop", "--why", "  ", "--until", "1h").exit_code == 2


def test_resuming_what_is_not_paused_leaves_no_entry(ann: Operator) -> None:
    """A resume too many is harmless."""
    seen = ann.types("resume", "shop")
    assert (seen.exit_code, seen.stdout) == (0, "shop is not paused\n")
    assert ann.world.kinds() == []

"""`pgbaton reset-fence --all` after a restore of etcd: everybody follows, who was away is named."""

import pytest

from jobs.audit import Kind
from jobs.ports import LinodeUnavailable
from jobs.remote import HostFailure
from jobs.zone import FoundRecord
from tests.fakes.records import FakeRecords
from tests.unit.deploy.cli.desk import FakeDesk, Operator
from tests.world import INVENTORY, World, make_world

RESET = ("reset-fence", "shop", "--all", "--why", "etcd was restored", "--yes")
AWAY = HostFailure(kind="unreachable", reason="no answer", remedy="start it")
DNS = """
[clusters.shop.machines]
pg1 = "10.0.0.1"
pg2 = "10.0.0.2"
pg3 = "10.0.0.3"
[dns.db]
cluster = "shop"
domain = "example.com"
name = "db"
"""


def _restored(world: World) -> World:
    """pg2 led under a higher epoch; etcd was put back, and pg3 leads there."""
    world.fail_over("pg2")
    world.settle()
    world.dcs.revision = 1
    world.fail_over("pg3")
    world.live_on(seconds=10)
    return world


@pytest.fixture
def dba(ann: Operator) -> Operator:
    _restored(ann.world)
    return ann


@pytest.fixture
def zone(ann: Operator) -> tuple[Operator, FakeRecords]:
    """The same with a DNS record that follows."""
    world, records = make_world(INVENTORY + DNS), FakeRecords()
    records.domain("example.com", FoundRecord(id=1, type="MX", name="", target="mail", ttl=0))
    world.records = records
    return Operator(desk=FakeDesk(_restored(world)), folder=ann.folder), records


def test_everybody_follows_and_the_incident_ends(dba: Operator) -> None:
    """Both fences are shown and lifted, one entry says so, and the cluster concludes by itself."""
    seen = dba.types(*RESET)
    assert seen.exit_code == 0, seen.output
    assert seen.stdout.count("/2/9") == 3
    [told] = dba.world.told(Kind.FENCE_LIFTED)
    assert (told["host"], told["how"], told["by"]) == ("web1, web2", "reset-fence --all", "dba")
    dba.world.live_on(seconds=10)
    assert dba.world.ledger.state("shop").incident is None
    assert [dba.world.env(h).count("DB_HOST=10.0.0.3\n") for h in ("web1", "web2")] == [1, 1]
    assert [dba.world.restarts(h) for h in ("web1", "web2")] == [2, 2]


def test_a_second_run_finds_nothing_to_lift(dba: Operator) -> None:
    """Right afterwards nobody holds a fence: nothing is recorded, and it ends well."""
    dba.types(*RESET)
    seen = dba.types(*RESET)
    assert seen.exit_code == 0
    assert len(dba.world.told(Kind.FENCE_LIFTED)) == 1


def test_who_is_away_is_named_and_holds_up_nobody(dba: Operator) -> None:
    """web1 follows though web2 cannot be asked; the same command lifts it once it is back."""
    away = dba.world.hosts.at("10.0.1.2")
    away.down = AWAY
    seen = dba.types(*RESET)
    assert seen.exit_code == 69
    assert "run the same command again once web2 can be reached" in seen.stderr
    dba.world.live_on(seconds=10)
    assert "DB_HOST=10.0.0.3\n" in dba.world.env("web1")
    away.down = None
    assert dba.types(*RESET).exit_code == 0
    dba.world.live_on(seconds=10)
    assert dba.world.ledger.state("shop").incident is None
    assert dba.world.restarts("web1") == 2


def test_a_host_that_dies_under_the_lift_is_named(dba: Operator) -> None:
    """It could be read and not be lifted: the others are, and it is said."""
    away = dba.world.hosts.at("10.0.1.2")
    dba.world.dcs.after_look = lambda: setattr(away, "down", AWAY)
    seen = dba.types(*RESET)
    assert seen.exit_code == 69
    assert dba.world.told(Kind.FENCE_LIFTED)[0]["host"] == "web1"


def test_a_dns_records_fence_is_lowered(zone: tuple[Operator, FakeRecords]) -> None:
    """The note in the zone takes the leader's fence, so that the record follows again."""
    dba, records = zone
    assert records.record("example.com", "db", "A") == "10.0.0.2"
    assert dba.types(*RESET).exit_code == 0
    assert "DNS record db" in dba.world.told(Kind.FENCE_LIFTED)[0]["host"]
    dba.world.live_on(seconds=10)
    assert records.record("example.com", "db", "A") == "10.0.0.3"
    assert dba.world.ledger.state("shop").incident is None


def test_a_zone_that_cannot_be_read_is_named(zone: tuple[Operator, FakeRecords]) -> None:
    """Linode is away: the hosts are lifted all the same, and what to do is said."""
    dba, records = zone
    records.unavailable = LinodeUnavailable("Linode answers 503", "see its status page")
    seen = dba.types(*RESET)
    assert seen.exit_code == 69
    assert "DNS record db may keep its fence: Linode answers 503. see its status" in seen.stdout
    assert dba.world.hosts.at("10.0.1.1").fence("shop") is None


def test_without_a_token_the_record_to_delete_is_named(
    zone: tuple[Operator, FakeRecords],
) -> None:
    """Whoever has no token has hands: which TXT record it is stands there."""
    dba, _ = zone
    dba.world.records = None
    assert "delete the TXT record _pgbaton.db.example.com" in dba.types(*RESET).stdout


@pytest.mark.parametrize("words", [(), ("--all", "--host", "web1")], ids=["neither", "both"])
def test_it_must_be_said_whose_fence(dba: Operator, words: tuple[str, ...]) -> None:
    """Neither or both is called wrongly, and lifts nothing."""
    seen = dba.types("reset-fence", "shop", *words, "--why", "x", "--yes")
    assert seen.exit_code == 2
    assert dba.world.hosts.at("10.0.1.1").fence("shop") is not None


def test_without_a_yes_nothing_is_lifted(dba: Operator) -> None:
    """A bare Enter leaves every fence where it is."""
    assert dba.types(*RESET[:-1], answer="\n").exit_code == 1
    assert dba.world.hosts.at("10.0.1.1").fence("shop") is not None


def test_without_redis_nothing_is_lifted(dba: Operator) -> None:
    """What cannot be recorded is not done."""
    dba.world.ledger.break_down()
    assert dba.types(*RESET).exit_code == 69
    assert dba.world.hosts.at("10.0.1.1").fence("shop") is not None


def test_redis_that_dies_after_the_lift_is_made_up_for(dba: Operator) -> None:
    """The fences are gone and nobody wrote it down: until the same command ran again the hosts stay where
    they are, as it said; then the entry stands, with what was lifted, and everybody follows."""
    world = dba.world
    world.dcs.after_look = world.ledger.break_down
    seen = dba.types(*RESET)
    assert seen.exit_code == 69
    assert "once Redis is back, run the same command again" in seen.stderr
    world.dcs.after_look = lambda: None
    world.ledger.recover()
    world.live_on(seconds=10)
    assert "DB_HOST=10.0.0.2\n" in world.env("web1")
    seen = dba.types(*RESET)
    assert (seen.exit_code, seen.stdout.count("was lifted")) == (0, 2), seen.output
    [told] = world.told(Kind.FENCE_LIFTED)
    assert told["host"] == "web1, web2"
    assert told["fence"].endswith("/2/9")
    world.live_on(seconds=10)
    assert world.ledger.state("shop").incident is None
    assert "DB_HOST=10.0.0.3\n" in world.env("web1")


def test_one_hosts_lift_is_made_up_for_too(dba: Operator) -> None:
    """`--host` finds no fence to lift, and records the one that it lifted before."""
    world, one = dba.world, ("reset-fence", "shop", "--host", "web1", "--why", "restored", "--yes")
    world.dcs.after_look = world.ledger.break_down
    assert dba.types(*one).exit_code == 69
    world.dcs.after_look = lambda: None
    world.ledger.recover()
    seen = dba.types(*one)
    assert (seen.exit_code, "is recorded now" in seen.stdout) == (0, True), seen.output
    assert [t["host"] for t in world.told(Kind.FENCE_LIFTED)] == ["web1"]
    world.live_on(seconds=10)
    assert "DB_HOST=10.0.0.3\n" in world.env("web1")

"""A DNS record follows the leader: fenced in the zone, told in the trail, survived by whoever comes next."""

from __future__ import annotations

import pytest

from jobs.audit import Kind, verify
from jobs.ports import LinodeUnavailable
from jobs.story import story_of
from jobs.zone import FoundRecord
from tests.fakes.hosts import WorkerDied
from tests.fakes.records import FakeRecords
from tests.world import INVENTORY, World, make_world

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


@pytest.fixture
def zone() -> tuple[World, FakeRecords]:
    """pg1 leads, and db.example.com names it."""
    world, records = make_world(INVENTORY + DNS), FakeRecords()
    records.domain("example.com", FoundRecord(id=1, type="MX", name="", target="mail", ttl=0))
    world.records = records
    world.settle()
    return world, records


def _named(records: FakeRecords) -> tuple[str | None, str | None]:
    return records.record("example.com", "db", "A"), records.record(
        "example.com", "_pgbaton.db", "TXT"
    )


def test_it_is_made_at_first_sight(zone: tuple[World, FakeRecords]) -> None:
    """The record and its fence, and the incident ends with it."""
    world, records = zone
    fence = world.ledger.state("shop").settled.fence
    assert _named(records) == ("10.0.0.1", f"pgbaton shop {fence}")
    assert world.ledger.state("shop").incident is None


def test_it_follows_a_failover(zone: tuple[World, FakeRecords]) -> None:
    """Fence first, record second, each told, and what stood there besides is untouched."""
    world, records = zone
    before = len(records.applied)
    world.fail_over("pg2")
    world.settle()
    assert _named(records)[0] == "10.0.0.2"
    assert [c.name for c in records.applied[before:]] == ["_pgbaton.db", "db"]
    told = [e["outcome"] for e in world.told(Kind.DNS)][-3:]
    assert told == ["changing", "changing", "changed"]
    assert records.record("example.com", "", "MX") == "mail"
    assert verify(world.ledger.entries("shop")).bad is None


def test_an_incident_counts_it_once(zone: tuple[World, FakeRecords]) -> None:
    """It is planned by the inventory's name and told by the domain's: one target of the incident, which
    follows in the end."""
    world, _ = zone
    world.fail_over("pg2")
    world.settle()
    story = story_of(world.ledger, "shop", "shop-2")
    assert story is not None
    assert [one.target for one in story.targets if one.kind == "dns"] == ["dns:db"]
    assert story.held == len(story.targets)


def test_an_ipv6_record_follows_too() -> None:
    """An AAAA record, whatever form the inventory writes its addresses in."""
    addresses = 'addresses = { pg1 = "2001:DB8::1", pg2 = "2001:db8:0::2", pg3 = "2001:db8::3" }\n'
    world, records = make_world(INVENTORY + DNS + addresses), FakeRecords()
    records.domain("example.com")
    world.records = records
    world.settle()
    assert records.record("example.com", "db", "AAAA") == "2001:db8::1"
    world.fail_over("pg2")
    world.settle()
    assert records.record("example.com", "db", "AAAA") == "2001:db8::2"
    assert records.record("example.com", "db", "A") is None
    assert world.ledger.state("shop").incident is None


def test_a_leadership_of_the_same_member_only_raises_the_fence(
    zone: tuple[World, FakeRecords],
) -> None:
    """The address stays, and nobody's cache is disturbed."""
    world, records = zone
    before = len(records.applied)
    world.fail_over("pg1")
    world.settle()
    assert [c.name for c in records.applied[before:]] == ["_pgbaton.db"]


@pytest.mark.parametrize("changes", [1, 2])
def test_whoever_dies_in_between_is_taken_over(
    zone: tuple[World, FakeRecords], changes: int
) -> None:
    """After the fence, or after the record: the next worker finishes, and the record is right."""
    world, records = zone
    world.fail_over("pg2")
    records.die_after(changes)
    world.ledger.call("shop")
    with pytest.raises(WorkerDied):
        world.work()
    records.live()
    world.live_on(seconds=20)
    assert _named(records)[0] == "10.0.0.2"
    assert world.ledger.state("shop").incident is None


def test_a_newer_fence_in_the_zone_is_not_undone(zone: tuple[World, FakeRecords]) -> None:
    """Whatever our queue believes: the zone has seen a newer leader."""
    world, records = zone
    world.fail_over("pg2")
    fence = f"pgbaton shop {world.witness.system}/99/99"
    notes = [FoundRecord(id=9, type="TXT", name="_pgbaton.db", target=fence, ttl=30),
             FoundRecord(id=8, type="A", name="db", target="10.0.0.3", ttl=30)]  # fmt: skip
    records.zones.clear()
    records.domain("example.com", *notes)
    world.settle()
    assert _named(records) == ("10.0.0.3", fence)
    [refused] = [e for e in world.told(Kind.DNS) if e["outcome"] == "lower-fence"]
    assert "which is newer than" in refused["reason"]
    assert world.ledger.state("shop").incident is not None


def test_an_api_that_is_down_delays_the_record_alone(zone: tuple[World, FakeRecords]) -> None:
    """Hosts follow at once; the record is named as what is left, and follows when it can."""
    world, records = zone
    records.break_down()
    world.fail_over("pg2")
    world.settle()
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]
    alarms = [e["reason"] for e in world.told(Kind.ALARM)]
    assert alarms == ["DNS record db does not follow yet (unreachable): Linode answers 503"]
    records.recover()
    world.live_on(seconds=10)
    assert _named(records)[0] == "10.0.0.2"
    assert world.ledger.state("shop").incident is None


def test_what_fails_for_hours_is_told_once(zone: tuple[World, FakeRecords]) -> None:
    """It is tried every minute, and fills no trail; another reason is told."""
    world, records = zone
    records.break_down()
    world.fail_over("pg2")
    world.settle()
    before = len(world.kinds())
    world.live_on(seconds=7200, every=20)
    assert len(world.kinds()) == before
    records.break_down("Linode answers 401", 401)
    world.live_on(seconds=120)
    assert world.told(Kind.DNS)[-1]["reason"] == "Linode answers 401"
    records.recover()
    world.live_on(seconds=120)
    assert world.told(Kind.DNS)[-1]["outcome"] == "changed"
    assert world.ledger.state("shop").incident is None


def test_a_rate_limit_is_waited_out(zone: tuple[World, FakeRecords]) -> None:
    """Linode says how long; a try before that would only be counted."""
    world, records = zone
    records.unavailable = LinodeUnavailable(
        "Linode answers 429", "wait", status=429, retry_after=50
    )
    world.fail_over("pg2")
    world.settle()
    records.recover()
    world.live_on(seconds=40)
    assert _named(records)[0] == "10.0.0.1"
    world.live_on(seconds=20)
    assert _named(records)[0] == "10.0.0.2"


def test_what_stands_in_for_etcd_is_told(zone: tuple[World, FakeRecords]) -> None:
    """A young verdict and a fresh probe suffice, and the entry of each change says so."""
    world, _ = zone
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    world.work()
    changing = [e for e in world.told(Kind.DNS) if e["outcome"] == "changing"][-2:]
    assert all("a verdict 0.0 s old and a fresh SQL probe stood in" in e["note"] for e in changing)


def test_a_record_that_nobody_could_prove_is_told_as_that(
    zone: tuple[World, FakeRecords],
) -> None:
    """Without etcd and with an old verdict nothing is written, and nobody is said to lead instead."""
    world, records = zone
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    world.clock.pass_by(11)
    world.work()
    last = world.told(Kind.DNS)[-1]
    assert last["outcome"] == "unproven"
    assert "11.0 s old is too old to stand in" in last["reason"]
    assert last["remedy"] == "bring etcd back; it is tried again"
    world.dcs.recover()
    world.live_on(seconds=20)
    assert _named(records)[0] == "10.0.0.2"


def test_a_mistake_of_ours_is_named_once(zone: tuple[World, FakeRecords]) -> None:
    """What no hand should raise ends the try like any failure, and the others go on."""
    world, records = zone

    def stumble() -> None:
        raise KeyError("secret")

    records.before_apply = stumble
    world.fail_over("pg2")
    world.settle()
    [bug] = [e for e in world.told(Kind.DNS) if e["outcome"] == "bug"]
    assert bug["reason"].startswith("KeyError at ")
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]
    world.live_on(seconds=10)
    assert _named(records)[0] == "10.0.0.2"


def test_the_clock_notices_a_hand_in_the_zone(zone: tuple[World, FakeRecords]) -> None:
    """A record that was edited is set right without any failover."""
    world, records = zone
    [found] = records.zones.values()
    edited = [FoundRecord(id=r.id, type=r.type, name=r.name, ttl=r.ttl,
                          target="192.0.2.66" if r.name == "db" else r.target)
              for r in found.records]  # fmt: skip
    records.zones.clear()
    records.domain("example.com", *edited)
    arguments = {
        "cluster": "shop",
        "flight": "r1",
        "inventory": world.inventory.digest,
        "schema": 1,
    }
    world.ledger.requeue("jobs.reconcile.reconcile", arguments)
    world.work()
    assert world.told(Kind.DRIFT)[0]["drift"] == ["db must be 10.0.0.1"]
    assert _named(records)[0] == "10.0.0.1"


def test_without_a_token_it_is_said(zone: tuple[World, FakeRecords]) -> None:
    """The one thing that cannot be done is named with its remedy."""
    world, _ = zone
    world.records = None
    world.fail_over("pg2")
    world.settle()
    [alarm] = world.told(Kind.ALARM)
    assert "there is no token for Linode's API" in alarm["reason"]
    assert "linode-token" in alarm["remedy"]

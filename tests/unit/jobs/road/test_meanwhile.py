"""What changes between two looks of one leadership is no news: nobody is restarted, held open or told twice for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.audit import Kind
from jobs.claims import SqlAnswer
from jobs.inventory import SCHEMA, Inventory, load_inventory
from jobs.names import RECONCILE, job_id
from jobs.ports import DcsUnavailable
from jobs.remote import HostFailure
from jobs.state import Pause
from jobs.story import story_of
from tests.world import ENV, INVENTORY, World, make_world, member

READS = INVENTORY.replace(
    'DB_PORT = "{port}" }', 'DB_PORT = "{port}", DB_READ_HOST = "{read_hosts}" }'
)
REPLICAS = {"pg2": "10.0.0.2", "pg3": "10.0.0.3"}


def check_drift(world: World) -> None:
    """The clock's question whether targets still are as they were applied, and what follows from it."""
    own = {"inventory": world.inventory.digest, "schema": SCHEMA}
    arguments = {"cluster": "shop", "flight": job_id(RECONCILE, "shop"), **own}
    world.ledger.requeue(RECONCILE, arguments)
    world.live_on(seconds=20)


def etcd_fails_once(world: World) -> None:
    """One look that etcd does not answer: an incident opens, and the next look ends it."""
    world.dcs.unavailable = DcsUnavailable("timeout")
    world.clock.pass_by(2)
    world.tick()
    world.work()
    assert world.ledger.state("shop").incident is not None
    world.dcs.unavailable = None


def say(world: World, name: str, state: str) -> None:
    """Let a member's record say how Patroni is there."""
    address = {"pg1": "10.0.0.1", **REPLICAS}[name]
    world.dcs.put_member("shop", replace(member(name, address), state=state))


@pytest.fixture
def readers() -> World:
    """A settled cluster whose applications read from both of its replicas."""
    world = make_world(READS)
    for address in ("10.0.1.1", "10.0.1.2"):
        files = world.hosts.at(address).files
        files[ENV] = b"DB_HOST=10.0.0.1\nDB_PORT=5432\nDB_READ_HOST=10.0.0.2,10.0.0.3\n"
    for name in REPLICAS:
        say(world, name, "streaming")
    world.settle()
    check_drift(world)
    assert Kind.DRIFT not in world.kinds()
    return world


def test_a_replica_that_comes_after_the_proof_restarts_nobody(readers: World) -> None:
    """After a switchover the former leader streams before the last host is done: what was written stays
    what is right until the next leader."""
    say(readers, "pg1", "stopped")
    readers.fail_over("pg2")
    readers.ledger.call("shop")
    readers.work_one()
    readers.work_one()
    say(readers, "pg1", "streaming")
    readers.work()
    assert readers.ledger.state("shop").incident is None
    assert "DB_READ_HOST=10.0.0.3\n" in readers.env("web1")
    check_drift(readers)
    assert Kind.DRIFT not in readers.kinds()
    assert readers.restarts("web1") == readers.restarts("web2") == 1


def test_a_replica_that_is_away_during_a_blip_restarts_nobody(readers: World) -> None:
    """etcd does not answer once, and under the same epoch one replica of two is seen: no file is
    written for that, though an incident opened and ended."""
    say(readers, "pg3", "stopped")
    etcd_fails_once(readers)
    readers.live_on(seconds=20)
    assert readers.ledger.state("shop").incident is None
    check_drift(readers)
    assert Kind.DRIFT not in readers.kinds()
    assert readers.restarts("web1") == 0


def test_who_joins_meanwhile_is_remembered(readers: World) -> None:
    """A member that was not there at the proof is asked, later, whether it accepts writes, although etcd
    lists it no more."""
    etcd_fails_once(readers)
    readers.dcs.put_member("shop", member("pg4", "10.0.0.4"))
    readers.live_on(seconds=20)
    readers.dcs.delete_member("shop", "pg4")
    readers.witness.sql["pg4"] = SqlAnswer(in_recovery=False, read_only=False)
    check_drift(readers)
    assert "two writable primaries: pg4" in readers.told(Kind.ALARM)[-1]["reason"]


def test_a_pause_that_keeps_nobody_from_anything_is_no_alarm() -> None:
    """Under an operator's hold a blip opens an incident; where every host follows, it ends by itself, and
    nobody is asked to lift the hold."""
    world = make_world()
    world.settle()
    hold = Pause(why="kernel update", until=world.clock.now() + 8 * 3600, by="an operator")
    world.ledger.pause("shop", hold, ())
    etcd_fails_once(world)
    world.live_on(seconds=60)
    assert world.ledger.state("shop").incident is None
    assert world.told(Kind.ALARM) == []
    world.fail_over("pg2")
    world.live_on(seconds=60)
    assert [told["remedy"] for told in world.told(Kind.ALARM)] == ["pgbaton resume shop"]
    assert world.restarts("web1") == 0


def test_time_without_a_leader_is_counted_through_looks_that_etcd_does_not_answer() -> None:
    """Every fourth look tells nothing; the others say that nobody holds the key, and since when."""
    world = make_world()
    world.settle()
    world.dcs.delete_leader("shop")
    for number in range(60):
        world.dcs.unavailable = DcsUnavailable("timeout") if number % 4 == 3 else None
        world.clock.pass_by(2)
        world.tick()
        world.work()
    told = [alarm["reason"].split(" s:")[0] for alarm in world.told(Kind.ALARM)]
    assert [text.rpartition(" ")[0] for text in told] == ["leaderless for", "leaderless for"]
    waits = [int(text.rpartition(" ")[2]) for text in told]
    assert 10 <= waits[0] < 20
    assert 60 <= waits[1] < 70


def test_a_host_that_leaves_the_inventory_is_waited_for_no_longer() -> None:
    """Its machine is gone for good, and an operator takes it out: the incident ends, counts who is left,
    and says who is not."""
    world = make_world()
    world.settle()
    world.hosts.at("10.0.1.2").down = HostFailure(kind="unreachable", reason="gone", remedy="")
    world.fail_over("pg2")
    world.settle()
    fewer = load_inventory(INVENTORY.replace('hosts = ["web1", "web2"]', 'hosts = ["web1"]'))
    assert isinstance(fewer, Inventory)
    world.inventory, world.ledger.inventory = fewer, fewer.digest
    world.live_on(seconds=120)
    story = story_of(world.ledger, "shop", "shop-2")
    assert story is not None
    assert (story.over, story.held, len(story.targets)) == (True, 1, 1)
    assert story.times.writes_resumed is not None
    assert [one.target for one in story.gone] == ["web2"]
    assert [one.text for one in story.mended] == [
        "web2 left the inventory, and was waited for no longer"
    ]
    assert list(world.told(Kind.CONCLUDED)[-1]["hosts"]) == ["web1"]

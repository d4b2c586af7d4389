"""An etcd that was restored from a snapshot: recognised, refused, explained, lifted."""

import pytest

from jobs.audit import Kind
from jobs.fence import Fence
from jobs.inventory import SCHEMA
from jobs.names import RECONCILE, job_id
from jobs.remote import HostFailure, Phase
from tests.fakes.host import FakeJournal
from tests.fakes.witness import SYSTEM
from tests.world import World, make_world

BOTH = ("10.0.1.1", "10.0.1.2")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def restored(world: World) -> World:
    """pg2 led under a higher epoch; then etcd was put back, and pg3 took the key there."""
    world.fail_over("pg2")
    world.settle()
    world.dcs.revision = 1
    world.fail_over("pg3")
    return world


def test_nothing_is_moved_and_it_is_said_once(restored: World) -> None:
    """No host is tried, none is restarted, and one alarm says what happened and what lifts it."""
    tried, restarts = len(restored.told(Kind.HOST)), restored.restarts("web1")
    restored.live_on(seconds=120)
    assert (len(restored.told(Kind.HOST)), restored.restarts("web1")) == (tried, restarts)
    [alarm] = restored.told(Kind.ALARM)
    assert (
        "etcd's revision went back: pg3 leads under epoch 3, but web1, web2 hold epoch 9"
        in (alarm["reason"])
    )
    assert "pgbaton reset-fence shop --all" in alarm["remedy"]
    assert alarm["claims"]["etcd"]["revision"] == 3
    assert {str(restored.hosts.at(a).fence("shop")) for a in BOTH} == {f"{SYSTEM}/2/9"}


def test_what_redis_remembers_is_not_overwritten(restored: World) -> None:
    """The incident stays open, the last conclusion and the records keep their higher epoch."""
    restored.live_on(seconds=20)
    state = restored.ledger.state("shop")
    assert state.incident is not None
    assert state.settled.fence is not None
    assert state.settled.fence.epoch == 9
    assert {record.epoch for record in state.hosts.values()} == {9}
    assert dict(state.assignments) == {}


def test_a_look_is_not_asked_for_at_every_tick(restored: World) -> None:
    """It may last until somebody is awake: the clock has its patience, as with any open incident."""
    restored.settle()
    assert restored.tick() == "an incident is open"


def test_after_the_fences_are_lifted_it_concludes(restored: World) -> None:
    """Every host follows, is restarted once, and the incident ends by itself."""
    restored.live_on(seconds=10)
    for address in BOTH:
        restored.hosts.at(address).journals.clear()
    restored.ledger.forget("shop", ["web1", "web2"], ())
    restored.live_on(seconds=10)
    assert restored.ledger.state("shop").incident is None
    assert "DB_HOST=10.0.0.3\n" in restored.env("web1")
    assert restored.restarts("web1") == 2


def test_an_epoch_that_grew_past_the_old_ones_needs_nobody(restored: World) -> None:
    """A later failover under a higher epoch than the hosts hold is an ordinary one."""
    restored.live_on(seconds=10)
    restored.dcs.revision = 50
    restored.fail_over("pg1")
    restored.live_on(seconds=10)
    assert restored.ledger.state("shop").incident is None
    assert "DB_HOST=10.0.0.1\n" in restored.env("web2")


def test_with_redis_gone_too_the_hosts_say_it(world: World) -> None:
    """Nobody remembers the higher epoch but the hosts: each refuses once, is believed, and is left alone
    from then on."""
    for address in BOTH:
        high = Fence(system=SYSTEM, pg_timeline=1, epoch=99)
        world.hosts.at(address).journals["shop"] = FakeJournal(phase=Phase.CHECKED, fence=high)
    world.live_on(seconds=120)
    assert len(world.told(Kind.HOST)) == 2
    reasons = [alarm["reason"] for alarm in world.told(Kind.ALARM)]
    assert sum("web1, web2 hold epoch 99" in reason for reason in reasons) == 1
    assert world.restarts("web1") == 0


def test_one_that_was_away_does_not_hold_up_the_others(restored: World) -> None:
    """The fences were lifted while web2 could not be reached: web1 follows each leader from then on, and
    web2 is named when it comes back with its old fence."""
    away = restored.hosts.at("10.0.1.2")
    restored.live_on(seconds=10)
    restored.hosts.at("10.0.1.1").journals.clear()
    restored.ledger.forget("shop", ["web1", "web2"], ())
    away.down = HostFailure(kind="unreachable", reason="no answer", remedy="start it")
    restored.live_on(seconds=10)
    assert "DB_HOST=10.0.0.3\n" in restored.env("web1")
    away.down = None
    restored.live_on(seconds=70)
    restored.fail_over("pg1")
    restored.live_on(seconds=10)
    assert "DB_HOST=10.0.0.1\n" in restored.env("web1")
    assert "DB_HOST=10.0.0.2\n" in restored.env("web2")
    reasons = [alarm["reason"] for alarm in restored.told(Kind.ALARM)]
    assert any("but web2 holds epoch 9" in reason for reason in reasons)


def test_a_hosts_higher_fence_is_found_in_peace(world: World) -> None:
    """etcd and Redis were put back together: both agree, and only reading the hosts shows it."""
    world.settle()
    for address in BOTH:
        high = Fence(system=SYSTEM, pg_timeline=1, epoch=99)
        world.hosts.at(address).journals["shop"] = FakeJournal(phase=Phase.CHECKED, fence=high)
    _reconcile(world)
    world.live_on(seconds=20)
    assert any("went back" in alarm["reason"] for alarm in world.told(Kind.ALARM))
    assert world.ledger.state("shop").incident is not None


def _reconcile(world: World) -> None:
    flight = job_id(RECONCILE, "shop")
    made = {"inventory": world.inventory.digest, "schema": SCHEMA}
    world.ledger.requeue(RECONCILE, {"cluster": "shop", "flight": flight, **made})
    world.work()

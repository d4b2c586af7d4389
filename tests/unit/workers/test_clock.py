"""The level check: what it asks for, how often, and what keeps it from acting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from structlog.testing import capture_logs

from jobs.audit import Kind
from jobs.claims import ClusterView, RestAnswer
from jobs.due import Due
from jobs.names import CONCLUDE, RECONCILE, RESPOND
from jobs.ports import DcsUnavailable, ScopeRef
from jobs.state import Settled
from tests.fakes.clock import FakeClock
from tests.fakes.dcs import FakeDcs
from tests.world import INVENTORY, World, make_world
from workers.clock import LevelCheck, Round


@pytest.fixture
def world() -> World:
    """A settled cluster."""
    world = make_world()
    world.settle()
    return world


@pytest.fixture
def check(world: World) -> LevelCheck:
    """A clock process that has had its drift check already."""
    check = make_check(world, "clock-1")
    check.tick()
    world.work()
    return check


def make_check(world: World, holder: str) -> LevelCheck:
    return LevelCheck(
        inventory=world.inventory,
        dcs={"main": world.dcs},
        ledger=world.ledger,
        clock=world.clock,
        holder=holder,
    )


def queued(world: World) -> list[str]:
    return [function for function, _ in world.ledger.waiting_jobs()]


def test_quiet_cluster_costs_no_job(world: World, check: LevelCheck) -> None:
    """Truth and memory agree: nothing is enqueued."""
    check.tick()
    assert queued(world) == []


def test_missed_failover_is_found_within_one_tick(world: World, check: LevelCheck) -> None:
    """With every event lost, the next tick asks for a respond."""
    world.fail_over("pg2")
    world.clock.pass_by(2)
    check.tick()
    assert queued(world) == [RESPOND]


def test_long_outage_does_not_fill_the_queue(world: World, check: LevelCheck) -> None:
    """While etcd is gone a look is asked for every five seconds, not at every tick."""
    world.dcs.break_down()
    asked = 0
    for _ in range(10):
        world.clock.pass_by(2)
        check.tick()
        asked += len([w for w in world.work() if w.startswith("respond")])
    assert 3 <= asked <= 5


def test_a_respond_whose_worker_died_on_the_way_is_soon_another_ones(
    world: World, check: LevelCheck
) -> None:
    """Taken from the queue and never begun: the clock goes on asking until one is really on its way."""
    world.fail_over("pg2")
    check.tick()
    world.clock.pass_by(4.5)
    world.ledger.lose()
    for _ in range(3):
        assert queued(world) == []
        world.clock.pass_by(2)
        check.tick()
    assert queued(world) == [RESPOND]


def test_a_respond_that_waits_in_the_queue_is_not_asked_for_again(
    world: World, check: LevelCheck
) -> None:
    """In a storm hundreds wait for their turn: to ask for each of them at every tick would hold up Redis."""
    world.fail_over("pg2")
    check.tick()
    asked = world.ledger.effects.count("call")
    for _ in range(5):
        world.clock.pass_by(2)
        check.tick()
    assert world.ledger.effects.count("call") == asked
    assert queued(world) == [RESPOND]


def test_an_incident_whose_end_waits_in_the_queue_is_left_to_it(
    world: World, check: LevelCheck
) -> None:
    """Every host is done and the conclude has its turn: another respond before it would change nothing.
    Where that conclude was lost, one is asked for."""
    world.fail_over("pg2")
    check.tick()
    while queued(world) != [CONCLUDE]:
        world.work_one()
    for _ in range(5):
        world.clock.pass_by(2)
        check.tick()
    assert queued(world) == [CONCLUDE]
    world.ledger.lose()
    world.clock.pass_by(5.5)
    check.tick()
    assert queued(world) == [RESPOND]


def test_of_two_clocks_one_acts(world: World, check: LevelCheck) -> None:
    """The lease lets the second clock rest until the first is gone for three ticks."""
    other = make_check(world, "clock-2")
    world.fail_over("pg2")
    check.tick()
    world.work()
    world.fail_over("pg3")
    other.tick()
    assert queued(world) == []
    world.clock.pass_by(7)
    other.tick()
    assert queued(world) == [RESPOND]


def test_hosts_own_files_are_read_every_five_minutes(world: World, check: LevelCheck) -> None:
    """A file edited by hand is found by the drift check and brought back."""
    from tests.world import ENV

    web1 = world.hosts.at("10.0.1.1")
    web1.files[ENV] = web1.files[ENV].replace(b"10.0.0.1", b"10.0.0.9")
    world.clock.pass_by(200)
    check.tick()
    assert queued(world) == []
    world.clock.pass_by(101)
    check.tick()
    assert queued(world) == [RECONCILE]
    world.work()
    assert "DB_HOST=10.0.0.1" in world.env("web1")


def test_host_that_lost_its_fence_gets_it_back(world: World, check: LevelCheck) -> None:
    """A journal that vanished (a machine made anew) is drift too, though every file is right."""
    web1 = world.hosts.at("10.0.1.1")
    held = web1.fence("shop")
    web1.journals.clear()
    world.clock.pass_by(301)
    check.tick()
    world.work()
    assert web1.fence("shop") == held
    assert world.told(Kind.DRIFT)[-1]["drift"] == ["its fence is gone"]
    assert world.restarts("web1") == 0


def test_nobody_stands_in_line_behind_a_look_that_can_wait(world: World) -> None:
    """While a failover's job waits, no quiet cluster's files are read; afterwards they are."""
    check = make_check(world, "clock-1")
    more = {**world.inventory.clusters, "other": world.inventory.clusters["shop"]}
    check.inventory = world.inventory.model_copy(update={"clusters": more})
    epoch = world.dcs.put_leader("other", "pg1")
    known = world.ledger.state("shop").settled.leadership
    assert known is not None
    led = replace(known, fence=replace(known.fence, epoch=epoch))
    world.ledger.begin("other", "flight", lease=1)
    world.ledger.save("other", "flight", settled=Settled(leadership=led))
    world.ledger.again("other", "flight", lease=1)
    world.fail_over("pg2")
    check.tick()
    check.tick()
    assert queued(world) == [RESPOND]
    world.work()
    check.tick()
    assert queued(world) == [RECONCILE]


def test_redis_away_is_waited_out(world: World, check: LevelCheck) -> None:
    """A clock without Redis logs and goes on; the tick after its return finds what is due."""
    world.ledger.break_down()
    check.tick()
    world.ledger.recover()
    world.fail_over("pg2")
    check.tick()
    assert queued(world) == [RESPOND]


def test_standby_cluster_is_looked_at_quietly(world: World, check: LevelCheck) -> None:
    """Nothing follows from a standby leader; it is judged again every five seconds, not every two."""
    world.dcs.configure("shop", standby_cluster=True)
    world.witness.rest["pg2"] = RestAnswer(
        role="standby_leader", state="running", scope="shop", name="pg2"
    )
    world.fail_over("pg2")
    asked = 0
    for _ in range(10):
        world.clock.pass_by(2)
        check.tick()
        asked += len(world.work())
    assert asked <= 5
    assert world.ledger.state("shop").incident is None


def test_next_epoch_does_not_wait_behind_the_last(world: World, check: LevelCheck) -> None:
    """Patience counts per epoch: a second failover within five seconds is asked for at once."""
    world.fail_over("pg2")
    check.tick()
    world.work()
    world.clock.pass_by(1)
    world.fail_over("pg3")
    check.tick()
    assert queued(world) == [RESPOND]


def test_a_tick_says_how_it_ended(world: World, check: LevelCheck) -> None:
    """Compared, a stand-in's, without any etcd, without Redis: what a dead-man's switch hears of."""
    other = make_check(world, "clock-2")
    assert check.tick() is Round.COMPARED
    assert other.tick() is Round.STANDBY
    world.dcs.break_down()
    assert check.tick() is Round.SIGHTLESS
    world.ledger.break_down()
    assert check.tick() is Round.BLIND
    assert [one.good for one in Round] == [True, True, False, False]


def test_one_etcd_of_two_is_enough_to_have_compared(world: World) -> None:
    """The other's clusters have incidents that say so; the clock itself lives and works."""
    inventory = world.inventory.model_copy(
        update={
            "etcd": {**world.inventory.etcd, "far": world.inventory.etcd["main"]},
            "clusters": {
                **world.inventory.clusters,
                "away": world.inventory.clusters["shop"].model_copy(update={"etcd": "far"}),
            },
        }
    )
    gone = FakeDcs()
    gone.break_down()
    check = make_check(world, "clock-3")
    check.inventory, check.dcs = inventory, {"main": world.dcs, "far": gone}
    assert check.tick() is Round.COMPARED


CROWD = "".join(f'[clusters.c{n}]\netcd = "main"\nscope = "c{n}"\n' for n in range(999))


@dataclass(slots=True)
class SlowDcs(FakeDcs):
    """An etcd that needs `each` seconds for a cluster, and is given up when the deadline has come."""

    passing: FakeClock = field(default_factory=FakeClock)
    each: float = 0.005

    def glance(self, scopes: Sequence[ScopeRef], *, timeout: float) -> Mapping[str, ClusterView]:
        self.passing.pass_by(min(timeout, self.each * len(scopes)))
        if self.each * len(scopes) > timeout:
            raise DcsUnavailable(reason="no answer in time", remedy="look at etcd")
        return FakeDcs.glance(self, scopes, timeout=timeout)


def test_a_thousand_clusters_that_take_longer_than_a_tick_are_no_outage() -> None:
    """Each of them is seen, although one question for all would have come back too late."""
    world = make_world(INVENTORY + CROWD)
    slow = SlowDcs(passing=world.clock)
    check = make_check(world, "clock-1")
    check.dcs = {"main": slow}
    began = world.clock.monotonic()
    with capture_logs() as told:
        assert check.tick() is Round.COMPARED
    assert world.clock.monotonic() - began > 2 * world.inventory.timing.clock
    assert [one["reason"] for one in told] == [Due.LEADERLESS] * 1000


def test_an_etcd_that_is_gone_takes_hardly_more_than_a_tick() -> None:
    """However many clusters live there: others wait for their comparison."""
    world = make_world(INVENTORY + CROWD)
    check = make_check(world, "clock-1")
    check.dcs = {"main": SlowDcs(passing=world.clock, each=100.0)}
    began = world.clock.monotonic()
    assert check.tick() is Round.SIGHTLESS
    assert world.clock.monotonic() - began < 1.2 * world.inventory.timing.clock

"""What is left of dead jobs, pauses, withdrawn verdicts, skewed clocks and lost replies: nothing that stays."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.claims import RestAnswer, SqlAnswer
from jobs.inventory import Inventory, load_inventory
from jobs.ports import LedgerUnavailable
from jobs.remote import HostFailure
from jobs.state import HostRecord, Pause
from tests.fakes.clock import FakeClock
from tests.world import INVENTORY, World, make_world


@pytest.fixture
def world() -> World:
    """A settled cluster that pg1 leads."""
    world = make_world()
    world.settle()
    return world


def planned(world: World) -> None:
    """pg2 took over, and a repoint job waits."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    assert world.work_one() == "respond: confirmed"


def read_anew(world: World, text: str) -> None:
    """All processes read another inventory."""
    loaded = load_inventory(text)
    assert isinstance(loaded, Inventory)
    world.inventory, world.ledger.inventory = loaded, loaded.digest


def test_job_of_an_inventory_that_nobody_has_any_more_blocks_nothing(world: World) -> None:
    """A respond queued before a reload of every process is run with the new inventory after all."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    read_anew(world, INVENTORY + "[timing]\nchunk = 1\n")
    world.work()
    assert "DB_HOST=10.0.0.2" in world.env("web2")
    assert sum(world.clock.slept) <= 6


def test_host_that_left_the_inventory_with_its_job_leaves_nothing_open(world: World) -> None:
    """Its assignment is closed, and the clock asks for nothing any more."""
    planned(world)
    world.ledger.lose()
    read_anew(world, INVENTORY.replace('hosts = ["web1", "web2"]', 'hosts = ["web1"]'))
    world.live_on(seconds=30)
    state = world.ledger.state("shop")
    assert (state.incident, dict(state.assignments)) == (None, {})
    assert world.tick() is None


def test_pause_reaches_a_job_that_already_waits(world: World) -> None:
    """Planned before the pause, begun after it: the hosts are left as they are until it ends."""
    planned(world)
    pause = Pause(why="upgrade", until=world.clock.now() + 60, by="an operator")
    world.ledger.pause("shop", pause, ())
    world.work()
    assert "DB_HOST=10.0.0.1" in world.env("web1")
    world.live_on(seconds=10)
    assert [a["remedy"] for a in world.told(Kind.ALARM)] == ["pgbaton resume shop"]
    world.live_on(seconds=80)
    assert "DB_HOST=10.0.0.2" in world.env("web1")


def test_contradiction_reaches_a_job_that_already_waits(world: World) -> None:
    """The leader turned read-only after the plan: nothing is begun under the old verdict."""
    planned(world)
    job = world.ledger.line.take(at=world.clock.now())
    assert job is not None
    world.witness.sql["pg2"] = SqlAnswer(in_recovery=False, read_only=True)
    world.settle()
    world.ledger.line.put(job.id, job.function, job.kwargs, at=world.clock.now())
    world.work()
    assert "DB_HOST=10.0.0.1" in world.env("web1")
    world.witness.sql.clear()
    world.live_on(seconds=20)
    assert "DB_HOST=10.0.0.2" in world.env("web1")


@pytest.mark.parametrize("skew", [-3600.0, 3600.0])
def test_worker_whose_clock_is_wrong_neither_waits_nor_hurries(world: World, skew: float) -> None:
    """A host's next try and a verdict's age are counted in Redis' time, whatever the worker's says."""
    planned(world)
    world.dcs.break_down()
    world.hosts.at("10.0.1.2").down = HostFailure(kind="unreachable", reason="", remedy="")
    redis, world.ledger.clock = world.clock.now(), FakeClock(wall=world.clock.now())
    world.clock.step(skew)
    world.work_one()
    assert "DB_HOST=10.0.0.2" in world.env("web1")
    assert world.ledger.state("shop").hosts["web2"].next_try == redis + 1


def test_old_verdict_without_etcd_is_told_as_what_it_is(world: World) -> None:
    """Held back because nobody could prove the leader again, not because another took over."""
    planned(world)
    world.dcs.break_down()
    world.clock.pass_by(11)
    world.work_one()
    told = world.told(Kind.HOST)[-1]
    assert (told["outcome"], told["host"]) == ("unproven", "web2")
    assert "11.0 s old is too old" in told["reason"]


def test_host_is_reported_even_if_redis_was_away_as_it_ended(world: World) -> None:
    """The restart that was made stands in the trail, once."""
    planned(world)
    world.ledger.fail(2, "before", LedgerUnavailable("away", "wait"))
    world.work()
    restarted = [t["host"] for t in world.told(Kind.HOST)[2:] if t["restarted"]]
    assert restarted == ["web1", "web2"]


def test_second_leader_in_recovery_gets_a_grace_of_its_own(world: World) -> None:
    """The same words about another epoch are another matter: first promoting, then a contradiction."""
    promoting = RestAnswer(role="replica", state="running", scope="shop", name="pg2")
    world.witness.rest["pg2"] = promoting
    for _ in range(2):
        world.fail_over("pg2")
        world.live_on(seconds=6)
        incident = world.ledger.state("shop").incident
        assert incident is not None
        assert incident.verdict == "not-yet"
    world.live_on(seconds=12)
    incident = world.ledger.state("shop").incident
    assert incident is not None
    assert incident.verdict == "contradicted"


def test_respond_run_twice_loses_no_verdict(world: World) -> None:
    """The same job once more, later: what it finds then is told, not taken for what was told."""
    world.dcs.delete_leader("shop")
    world.ledger.call("shop")
    job = world.ledger.line.waiting[0]
    world.work()
    world.fail_over("pg2")
    world.ledger.line.put(job.id, job.function, job.kwargs, at=world.clock.now())
    world.work()
    assert world.told(Kind.VERDICT)[-1]["verdict"] == "confirmed"


def test_late_report_of_a_first_attempt_leaves_no_second_one_open(world: World) -> None:
    """The first job was only slow; the second died: its assignment does not stay for ever."""
    planned(world)
    state = world.ledger.state("shop")
    first = state.assignments["web1"]
    world.ledger.line.take(at=world.clock.now())
    world.clock.pass_by(6)
    world.tick()
    world.work_one()
    world.ledger.lose()
    world.hosts.hosts.clear()
    for host in ("web1", "web2"):
        world.hosts.at(world.inventory.hosts[host].address).files.update(
            {"/srv/shop/.env": b"DB_HOST=10.0.0.2\nDB_PORT=5432\n"}
        )
    leadership = state.incident and state.incident.leadership
    assert leadership is not None
    done = HostRecord(epoch=first.epoch, attempt=1, outcome="changed", fence=leadership.fence)
    world.ledger.report("shop", first.job, {"web1": done, "web2": done}, ())
    world.live_on(seconds=20)
    after = world.ledger.state("shop")
    assert (after.incident, dict(after.assignments)) == (None, {})


def test_long_leaderlessness_is_said_with_its_length(world: World) -> None:
    """Not at every look, but after ten seconds, a minute, ten minutes; a new leader ends the count."""
    world.dcs.delete_leader("shop")
    world.live_on(seconds=8)
    assert world.told(Kind.ALARM) == []
    world.live_on(seconds=70)
    lengths = [int(a["reason"].split()[2]) for a in world.told(Kind.ALARM)]
    assert [seconds // 10 for seconds in lengths] == [1, 6]
    world.fail_over("pg3")
    world.live_on(seconds=6)
    assert world.ledger.state("shop").incident is None


def test_host_that_fails_is_named_although_another_is_still_at_work() -> None:
    """Among many hosts there is always one that is being tried: nobody waits for it to be told."""
    world = make_world(INVENTORY + "[timing]\nchunk = 1\n")
    world.settle()
    world.hosts.at("10.0.1.1").down = HostFailure(kind="timeout", reason="silent", remedy="look")
    planned(world)
    assert world.work_one() == "repoint: done"
    assert world.ledger.take() is not None  # another worker has web2 in its hands
    world.clock.pass_by(2)
    world.ledger.call("shop")
    assert world.work_one() == "respond: confirmed"
    assert "web2" in world.ledger.state("shop").assignments
    [alarm] = world.told(Kind.ALARM)
    assert alarm["reason"] == "web1 does not follow yet (timeout): silent"


def test_host_that_is_back_after_an_hour_is_brought_to_the_leader_of_then(world: World) -> None:
    """It was tried about once a minute, named once, and is restarted once, however often the leader
    changed meanwhile; then the incident is over within a minute."""
    host = world.hosts.at("10.0.1.1")
    host.down = HostFailure(kind="unreachable", reason="no route", remedy="start it")
    world.fail_over("pg2")
    world.live_on(seconds=1800)
    world.fail_over("pg1")
    world.fail_over("pg2")
    world.live_on(seconds=1800)
    before, tried = world.restarts("web1"), world.told(Kind.HOST)
    assert 50 <= sum(one["host"] == "web1" for one in tried) <= 90
    assert sum("web1" in one["reason"] for one in world.told(Kind.ALARM)) == 2, "once an epoch"
    host.down = None
    world.live_on(seconds=62)
    assert "DB_HOST=10.0.0.2" in world.env("web1")
    assert world.restarts("web1") == before + 1
    assert world.ledger.state("shop").incident is None


def test_a_leader_promoted_anew_under_its_epoch_leaves_nobody_behind(world: World) -> None:
    """It lost etcd for a moment, demoted itself and kept its key: its hosts, which followed on the
    timeline before, were not tried yet under this one. They have not failed, and nobody is woken."""
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=True, read_only=True)
    world.ledger.call("shop")
    world.work()
    assert world.ledger.state("shop").incident is not None
    world.witness.sql.clear()
    world.witness.pg_timelines["shop"] += 1
    world.live_on(seconds=20)
    assert world.ledger.state("shop").incident is None
    assert world.told(Kind.ALARM) == []
    ends = [told["fence"]["pg_timeline"] for told in world.told(Kind.HOST)]
    assert ends[-2:] == [world.witness.pg_timelines["shop"]] * 2

"""The whole road over fake hands: from a rumour to hosts that follow, and to a concluded incident."""

from __future__ import annotations

import pytest

from jobs.audit import Kind, verify
from jobs.claims import RestAnswer, SqlAnswer, SqlClaim, SqlRefused, Unknown
from jobs.remote import HostFailure
from jobs.state import Pause
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    """A settled cluster that pg1 leads."""
    world = make_world()
    world.settle()
    return world


def test_first_sight_raises_fences_and_restarts_nothing(world: World) -> None:
    """Hosts that are right already get their fence, no write and no restart."""
    assert [world.restarts(h) for h in ("web1", "web2")] == [0, 0]
    assert world.ledger.state("shop").settled.member == "pg1"
    assert world.hosts.at("10.0.1.1").fence("shop") == world.ledger.state("shop").settled.fence


def test_failover_moves_every_host_once(world: World) -> None:
    """After a failover every host names the new leader and was restarted once."""
    world.fail_over("pg2")
    world.settle()
    assert all("DB_HOST=10.0.0.2\n" in world.env(h) for h in ("web1", "web2"))
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]
    state = world.ledger.state("shop")
    assert (state.incident, state.settled.member, state.settled.number) == (None, "pg2", 2)


def test_trail_tells_the_incident_in_order_and_verifies(world: World) -> None:
    """The trail holds opening, verdict, plan, both hosts and the conclusion, in that order."""
    before = len(world.kinds())
    world.fail_over("pg2")
    world.settle()
    assert world.kinds()[before:] == [
        Kind.OPENED,
        Kind.VERDICT,
        Kind.PLANNED,
        Kind.HOST,
        Kind.HOST,
        Kind.CONCLUDED,
    ]
    assert verify(world.ledger.entries("shop")).bad is None


def test_nothing_is_done_for_an_event_that_changed_nothing(world: World) -> None:
    """A rumour about a settled cluster leaves no entry, no job and no restart."""
    before = world.kinds()
    world.ledger.call("shop")
    assert world.work() == ["respond: confirmed"]
    assert world.kinds() == before


def test_leaderless_cluster_opens_an_incident_and_moves_nothing(world: World) -> None:
    """Without a leader key nothing is touched, and the incident says so."""
    world.dcs.delete_leader("shop")
    world.settle()
    incident = world.ledger.state("shop").incident
    assert incident is not None
    assert (incident.verdict, incident.reason) == ("not-yet", "no leader key")
    assert sum(world.clock.slept) <= 1.05
    assert "DB_HOST=10.0.0.1" in world.env("web1")


def test_one_incident_spans_the_leaderless_time_and_the_new_epoch(world: World) -> None:
    """Leaderless first, elected later: one incident, opened once and concluded once."""
    world.dcs.delete_leader("shop")
    world.settle()
    world.fail_over("pg3")
    world.live_on(seconds=4)
    assert world.kinds().count(Kind.OPENED) == 2  # the first sight of the cluster was one
    assert world.kinds()[-1] is Kind.CONCLUDED
    assert "DB_HOST=10.0.0.3" in world.env("web2")


def test_contradicted_leader_is_never_followed(world: World) -> None:
    """A key's holder that is a replica for longer than a promotion lasts is a contradiction."""
    world.witness.rest["pg2"] = RestAnswer(
        role="replica", state="running", scope="shop", name="pg2", pg_timeline=1
    )
    world.witness.sql["pg2"] = SqlAnswer(in_recovery=True, read_only=True)
    world.fail_over("pg2")
    world.live_on(seconds=20)
    incident = world.ledger.state("shop").incident
    assert incident is not None
    assert incident.verdict == "contradicted"
    assert "DB_HOST=10.0.0.1" in world.env("web1")


def test_unreachable_host_is_named_and_repaired_when_it_returns(world: World) -> None:
    """One host's failure does not stop the other; the clock brings it along when it is back."""
    web2 = world.hosts.at("10.0.1.2")
    web2.down = HostFailure(
        kind="unreachable", reason="no route to host", remedy="start the machine"
    )
    world.fail_over("pg2")
    world.settle()
    assert "DB_HOST=10.0.0.2" in world.env("web1")
    assert "web2 does not follow yet (unreachable)" in world.told(Kind.ALARM)[0]["reason"]
    world.live_on(seconds=30)
    assert world.ledger.state("shop").incident is not None
    web2.down = None
    world.live_on(seconds=130)
    assert "DB_HOST=10.0.0.2" in world.env("web2")
    assert world.ledger.state("shop").incident is None
    assert world.restarts("web1") == 1


def test_second_failover_in_the_middle_makes_the_first_give_way(world: World) -> None:
    """A job whose epoch is over changes nothing; the newest leader wins on every host."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()  # respond has planned pg2
    world.fail_over("pg3")
    world.work()
    world.live_on(seconds=10)
    assert all("DB_HOST=10.0.0.3\n" in world.env(h) for h in ("web1", "web2"))
    assert [world.restarts(h) for h in ("web1", "web2")] == [1, 1]
    assert world.ledger.state("shop").settled.member == "pg3"


def test_late_job_of_an_older_epoch_changes_nothing(world: World) -> None:
    """A→B→A: B's job, held up until A leads again, is refused wherever it arrives."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    late = world.ledger.take()
    assert late is not None
    world.fail_over("pg1")
    world.live_on(seconds=10)
    world.ledger.line.put("late", late[0], late[1], at=world.clock.now())
    world.work()
    assert all("DB_HOST=10.0.0.1\n" in world.env(h) for h in ("web1", "web2"))
    held = world.ledger.state("shop").settled.fence
    assert [world.hosts.at(a).fence("shop") for a in ("10.0.1.1", "10.0.1.2")] == [held, held]


def test_paused_cluster_is_watched_and_left_alone_until_resumed(world: World) -> None:
    """A pause holds the hosts, says so, and ends by itself or by hand."""
    world.ledger.pause(
        "shop", Pause(why="upgrade", until=world.clock.now() + 3600, by="an operator"), ()
    )
    world.fail_over("pg2")
    world.live_on(seconds=10)
    assert "DB_HOST=10.0.0.1" in world.env("web1")
    assert "paused by an operator (upgrade)" in world.told(Kind.ALARM)[0]["reason"]
    world.ledger.pause("shop", None, ())
    world.live_on(seconds=10)
    assert "DB_HOST=10.0.0.2" in world.env("web1")


def test_lost_etcd_between_verdict_and_swap_strands_nobody(world: World) -> None:
    """A young verdict and a fresh SQL probe stand in for etcd, and the trail says so."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    world.work_one()
    assert "DB_HOST=10.0.0.2" in world.env("web1")
    assert "stood in" in world.told(Kind.HOST)[-1]["note"]


def test_old_verdict_does_not_stand_in_for_etcd(world: World) -> None:
    """After ten seconds without etcd nothing is changed any more."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    world.clock.pass_by(11)
    world.work_one()
    assert "DB_HOST=10.0.0.1" in world.env("web1")


@pytest.mark.parametrize(
    "says",
    [
        SqlAnswer(in_recovery=True, read_only=True),
        SqlAnswer(in_recovery=False, read_only=True),
        SqlRefused(sqlstate="28P01", reason="wrong password"),
        Unknown(reason="silent"),
    ],
    ids=["replica", "read-only", "refused", "silent"],
)
def test_without_etcd_only_a_leader_that_takes_writes_will_do(world: World, says: SqlClaim) -> None:
    """A young verdict alone moves nobody: the leader is asked by SQL, and must say that it writes."""
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.dcs.break_down()
    world.witness.sql["pg2"] = says
    world.work_one()
    assert "DB_HOST=10.0.0.1" in world.env("web1")
    assert "pg2 was not proven writable" in world.told(Kind.HOST)[-1]["reason"]


def test_unreachable_leader_is_tried_by_others_before_anybody_is_told(world: World) -> None:
    """A worker that cannot reach the leader leaves it to the next; the third one says so."""
    world.witness.down.add("pg2")
    world.fail_over("pg2")
    world.ledger.call("shop")
    assert world.work() == ["respond: out-of-reach", "respond: out-of-reach", "respond: unknown"]
    assert "cannot be asked by REST" in world.told(Kind.VERDICT)[-1]["reason"]
    world.witness.down.clear()
    world.live_on(seconds=10)
    assert "DB_HOST=10.0.0.2" in world.env("web1")


def test_bug_in_one_host_keeps_no_other_from_following(world: World) -> None:
    """An exception on one host becomes that host's failure, without the text it may carry."""

    def explode() -> None:
        raise RuntimeError("a line of somebody's file")

    world.hosts.at("10.0.1.1").on_swap = explode
    world.fail_over("pg2")
    world.settle()
    assert "DB_HOST=10.0.0.2" in world.env("web2")
    outcome = world.told(Kind.HOST)[-2]
    assert (outcome["host"], outcome["outcome"]) == ("web1", "bug")
    assert "somebody" not in str(outcome)


def test_job_for_another_inventory_is_put_back(world: World) -> None:
    """A worker with another inventory runs nothing and loses nothing."""
    world.ledger.inventory = "another"
    world.ledger.call("shop")
    assert world.work_one() == "respond: requeued"
    assert len(world.ledger.waiting_jobs()) == 1

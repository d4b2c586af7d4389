"""A member that writes or lies beside the leader: left, named, asked although etcd forgot it."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.claims import RestAnswer, SqlAnswer
from jobs.inventory import SCHEMA, Address
from jobs.names import RECONCILE
from jobs.remembered import proof_name
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    """A settled cluster that pg1 leads."""
    world = make_world()
    world.settle()
    return world


def test_stale_primary_is_left_at_once_and_named_until_it_is_gone(world: World) -> None:
    """Two writable primaries: applications leave, the incident stays open and names the member."""
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)
    world.fail_over("pg2")
    world.settle()
    assert "DB_HOST=10.0.0.2" in world.env("web1")
    assert "two writable primaries: pg1" in world.told(Kind.ALARM)[0]["reason"]
    assert world.ledger.state("shop").incident is not None
    del world.witness.sql["pg1"]
    world.live_on(seconds=10)
    assert world.ledger.state("shop").incident is None
    assert len(world.told(Kind.ALARM)) == 1


def test_stale_primary_is_asked_although_etcd_lost_its_record(world: World) -> None:
    """Patroni died, its record went with the lease, its PostgreSQL lives on: named all the same."""
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)
    world.dcs.delete_member("shop", "pg1")
    world.fail_over("pg2")
    world.settle()
    assert "two writable primaries: pg1" in world.told(Kind.ALARM)[0]["reason"]
    assert world.ledger.state("shop").incident is not None


def test_stale_primary_that_turns_up_later_opens_an_incident(world: World) -> None:
    """A lost machine comes back writable when all was over: the next drift check finds it."""
    world.witness.down.add("pg1")
    world.dcs.delete_member("shop", "pg1")
    world.fail_over("pg2")
    world.settle()
    assert world.ledger.state("shop").incident is None
    world.witness.down.clear()
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)
    world.ledger.requeue(RECONCILE, reconcile_arguments(world))
    world.work()
    assert "two writable primaries: pg1" in world.told(Kind.ALARM)[-1]["reason"]
    assert world.restarts("web1") == 1
    world.witness.down.add("pg1")
    world.live_on(seconds=20)
    assert world.ledger.state("shop").incident is None


def test_another_cluster_at_an_address_of_old_is_no_second_primary(world: World) -> None:
    """A member was taken out for good, and its machine leads another cluster now: another system
    identifier, and no business of this one."""
    world.dcs.delete_member("shop", "pg3")
    stranger = SqlAnswer(
        in_recovery=False, read_only=False, system_identifier="7999", pg_timeline=5
    )
    world.witness.sql["pg3"] = stranger
    world.ledger.requeue(RECONCILE, reconcile_arguments(world))
    world.live_on(seconds=20)
    assert world.ledger.state("shop").incident is None
    assert world.told(Kind.ALARM) == []


def test_the_drift_check_notes_a_proof_in_peace(world: World) -> None:
    """No entry tells that all is well; how old the last proof is must show all the same."""
    world.clock.pass_by(600)
    world.ledger.requeue(RECONCILE, reconcile_arguments(world))
    world.work()
    noted = world.ledger.recall(proof_name("shop"))
    assert noted is not None
    assert float(noted) == pytest.approx(world.clock.now(), abs=1)
    world.witness.down.update({"pg1", "pg2", "pg3"})
    world.clock.pass_by(600)
    world.ledger.requeue(RECONCILE, reconcile_arguments(world))
    world.work()
    assert world.ledger.recall(proof_name("shop")) == noted


def reconcile_arguments(world: World) -> dict[str, object]:
    own = {"inventory": world.inventory.digest, "schema": SCHEMA}
    return {"cluster": "shop", "flight": "reconcile-1", **own}


def test_lost_leader_is_still_to_be_avoided(world: World) -> None:
    """No connection may lead to the lost machine, although etcd lists it no more."""
    world.dcs.delete_member("shop", "pg1")
    world.witness.down.add("pg1")
    world.hosts.at("10.0.1.1").stuck_to.add(Address(host="10.0.0.1"))
    world.fail_over("pg2")
    world.settle()
    assert "a service still leads to 10.0.0.1" in world.told(Kind.HOST)[-2]["reason"]


def test_stale_member_rejoining_with_a_lie_repoints_nothing(world: World) -> None:
    """`on_start primary` from an ex-leader is only a rumour: no entry but the event's, no restart."""
    world.fail_over("pg2")
    world.settle()
    before = [world.restarts(h) for h in ("web1", "web2")]
    world.witness.rest["pg1"] = RestAnswer(
        role="primary", state="running", scope="shop", name="pg1", pg_timeline=1
    )
    world.settle()
    assert [world.restarts(h) for h in ("web1", "web2")] == before
    assert "DB_HOST=10.0.0.2" in world.env("web1")

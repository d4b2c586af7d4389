"""A stale primary is isolated where the inventory says so, beside the hosts, and only when that is proven right."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.claims import SqlAnswer
from jobs.inventory import SCHEMA
from jobs.names import RECONCILE
from jobs.remote import HostFailure
from jobs.state import Pause
from jobs.stopping import StopReply
from jobs.timeline import tell
from tests.fakes.hosts import WorkerDied
from tests.fakes.members import FakeMembers
from tests.world import HOST_KEY, INVENTORY, MEMBERS, World, make_world

PROBE = 'probe = { user = "pgbaton" }'
PINS = "".join(f'[machines.{name}]\nhost_keys = ["{HOST_KEY}"]\n' for name in MEMBERS)


def isolating(policy: str, *, machines: bool = True) -> str:
    """The cluster's lines for a policy."""
    listed = ", ".join(f'{name} = "{address}"' for name, address in MEMBERS.items())
    lines = [PROBE, f'isolation = {{ policy = "{policy}" }}']
    return "\n".join([*lines, f"machines = {{ {listed} }}"] if machines else lines)


def equipped(world: World) -> FakeMembers:
    members = FakeMembers(witness=world.witness, at={a: n for n, a in MEMBERS.items()})
    world.members = members
    return members


def settled(policy: str = "stop") -> tuple[World, FakeMembers]:
    """Three members, pg1 leading, everybody there."""
    scope = 'scope = "shop"'
    world = make_world(INVENTORY.replace(scope, f"{scope}\n{isolating(policy)}") + PINS)
    members = equipped(world)
    world.settle()
    return world, members


def split(world: World, stale: str = "pg1", leader: str = "pg2") -> None:
    """The stale member's Patroni dies: its record leaves etcd, its PostgreSQL lives; another one leads."""
    world.witness.sql[stale] = SqlAnswer(
        in_recovery=False, read_only=False, pg_timeline=world.witness.pg_timelines["shop"]
    )
    world.dcs.delete_member("shop", stale)
    world.fail_over(leader)
    world.ledger.call("shop")


def told(world: World) -> list[str]:
    return [entry["outcome"] for entry in world.told(Kind.ISOLATION)]


def sentences(world: World) -> list[str]:
    return [tell(e).text for e in world.ledger.entries("shop") if e.facts["kind"] == Kind.ISOLATION]


def test_a_stale_primary_is_stopped_and_the_incident_ends() -> None:
    """Hosts first, then its PostgreSQL, then the second look finds one primary; each step is told."""
    world, members = settled()
    split(world)
    world.work()
    assert members.stopped == ["pg1"]
    assert world.env("web1").startswith("APP=shop\nDB_HOST=10.0.0.2")
    assert told(world) == ["asked", "changing", "isolated"]
    assert world.ledger.state("shop").incident is None
    assert sentences(world) == [
        "isolating pg1, which accepts writes while pg2 leads",
        "isolating pg1: stop PostgreSQL on pg1",
        "pg1 is isolated after 0.00 s: PostgreSQL was stopped (fast)",
    ]
    alarms = [a["reason"] for a in world.told(Kind.ALARM)]
    assert alarms == ["two writable primaries: pg1 accepts writes while pg2 leads"]


def test_without_a_policy_nobody_is_touched() -> None:
    """Off is the default: the alarm stays, and the incident with it."""
    world, members = settled("off")
    split(world)
    world.work()
    world.live_on(seconds=30)
    assert members.asked == []
    assert told(world) == []
    assert world.ledger.state("shop").incident is not None


@pytest.mark.parametrize("who", ["Patroni", "an operator"])
def test_nobody_is_isolated_during_a_pause(who: str) -> None:
    """Whoever paused decides who takes writes."""
    world, members = settled()
    if who == "Patroni":
        world.dcs.configure("shop", paused=True)
    else:
        pause = Pause(why="work", until=world.clock.now() + 3600, by="dba")
        world.ledger.pause("shop", pause, ())
    split(world)
    world.work()
    world.live_on(seconds=30)
    assert members.asked == []
    assert told(world) == []


def test_a_refusal_is_an_alarm_and_holds_up_no_host() -> None:
    """Hosts hold the new fence, the alarm says what would lift it, and it is tried again, told once."""
    world, members = settled()
    members.replies["pg1"] = StopReply(
        outcome="refused", reason="Patroni here says that it leads", remedy="stop Patroni here"
    )
    split(world)
    world.work()
    state = world.ledger.state("shop")
    assert state.incident is not None
    fence = state.incident.fence
    assert fence is not None
    assert all(state.hosts[h].holds(fence) for h in ("web1", "web2"))
    world.live_on(seconds=60)
    alarms = [a for a in world.told(Kind.ALARM) if "isolated" in a["reason"]]
    [alarm] = alarms
    assert alarm["remedy"] == "stop Patroni here"
    assert len(members.asked) > 2
    assert told(world) == ["asked", "changing", "refused"]
    del members.replies["pg1"]
    world.live_on(seconds=90)
    assert members.stopped == ["pg1"]
    assert world.ledger.state("shop").incident is None


def test_a_machine_that_cannot_be_reached_is_an_alarm() -> None:
    world, members = settled()
    members.replies["pg1"] = HostFailure(kind="unreachable", reason="no route", remedy="start it")
    split(world)
    world.work()
    world.live_on(seconds=10)
    assert "pg1 could not be isolated (unreachable): no route" in {
        a["reason"] for a in world.told(Kind.ALARM)
    }


def test_a_former_leader_that_follows_is_asked_and_nobody_hears_of_it() -> None:
    """A failover as it should be: no entry, no order, the incident ends."""
    world, members = settled()
    world.fail_over("pg2")
    world.settle()
    assert members.asked == []
    assert told(world) == []
    assert world.ledger.state("shop").incident is None


def test_a_host_that_hangs_does_not_hold_it_up() -> None:
    """It is asked for with the hosts, not after the last of them: whoever moves them may be dead."""
    world, members = settled()
    split(world)
    world.hosts.die_after(1)
    with pytest.raises(WorkerDied):
        world.work()
    world.hosts.live()
    assert members.stopped == []
    world.work()
    assert members.stopped == ["pg1"]
    assert "DB_HOST=10.0.0.1" in world.env("web2")
    assert [a["reason"] for a in world.told(Kind.ALARM)] == [
        "two writable primaries: pg1 accepts writes while pg2 leads"
    ]
    world.live_on(seconds=60)
    assert world.ledger.state("shop").incident is None
    assert told(world) == ["asked", "changing", "isolated"]


def test_one_that_somebody_starts_again_is_stopped_again() -> None:
    """Under the same leadership, each time on the record: before it is done, and when it is."""
    world, members = settled()
    split(world)
    world.work()
    assert told(world) == ["asked", "changing", "isolated"]
    world.witness.down.discard("pg1")
    own = {"inventory": world.inventory.digest, "schema": SCHEMA}
    world.ledger.requeue(RECONCILE, {"cluster": "shop", "flight": "reconcile-1", **own})
    world.live_on(seconds=30)
    assert members.stopped == ["pg1", "pg1"]
    assert told(world)[3:] == ["changing", "isolated"]
    assert world.ledger.state("shop").incident is None


def test_one_that_says_that_it_stopped_and_writes_on_is_not_believed() -> None:
    """The login decides."""
    world, members = settled()
    members.replies["pg1"] = StopReply(outcome="stopped", reason="PostgreSQL was stopped (fast)")
    split(world)
    world.work()
    assert told(world)[-1] == "failed"
    assert world.ledger.state("shop").incident is not None

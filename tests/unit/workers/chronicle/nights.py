"""Bad nights of the cluster in tests.world, as its real jobs tell them: what threads are read and judged by."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jobs.audit import Draft, Kind
from jobs.claims import SqlAnswer
from jobs.event import LEADER_KEY, Event
from jobs.remote import HostFailure
from tests.world import World

Step = Callable[[float], None]
"""Lets seconds pass, for whoever watches meanwhile."""


def hear(world: World, member: str | None) -> None:
    """The watch tells who holds the leader's key."""
    number = len(list(world.ledger.entries("shop")))
    data = {"member": member}
    event = Event(
        id=f"e{number}", type=LEADER_KEY, sender="watch", cluster="shop", time="", data=data
    )
    evidence = {"sender": "watch", "type": LEADER_KEY, "id": event.id, "data": data}
    world.ledger.hear(event, Draft(id=f"event:{number}", kind=Kind.EVENT, evidence=evidence))
    world.work()


def machine_lost(world: World, step: Step) -> None:
    """pg1's machine is gone; after 20 s pg2 takes over, and both hosts follow."""
    world.witness.down.add("pg1")
    world.dcs.delete_leader("shop")
    hear(world, None)
    for _ in range(10):
        step(2)
        world.tick()
        world.work()
    world.fail_over("pg2")
    hear(world, "pg2")
    step(2)


def switchover(world: World, step: Step) -> None:
    """Somebody moves the leadership to pg2; it takes a second."""
    world.dcs.ask_for_another("shop")
    hear(world, "pg1")
    step(1)
    world.fail_over("pg2")
    world.dcs.take_up("shop")
    hear(world, "pg2")
    step(2)


def host_fails(world: World, step: Step) -> None:
    """web2 cannot be reached when pg2 takes over, and is back a minute later."""
    web2 = world.hosts.at("10.0.1.2")
    web2.down = HostFailure(
        kind="unreachable",
        reason="web2 (10.0.1.2:22): no route to host",
        remedy="start the machine, or mend its network",
    )
    world.fail_over("pg2")
    hear(world, "pg2")
    _live_on(world, step, seconds=30)
    person_acknowledges(world, "somebody tripped over a cable, web2 is being plugged in")
    _live_on(world, step, seconds=30)
    web2.down = None
    _live_on(world, step, seconds=90)


def two_primaries(world: World, step: Step) -> None:
    """pg1 goes on taking writes beside pg2, until somebody ends it."""
    world.witness.sql["pg1"] = SqlAnswer(in_recovery=False, read_only=False)
    world.fail_over("pg2")
    hear(world, "pg2")
    _live_on(world, step, seconds=20)
    del world.witness.sql["pg1"]
    _live_on(world, step, seconds=20)


def leaderless(world: World, step: Step) -> None:
    """Nobody takes the leadership for eleven minutes."""
    world.witness.down.add("pg1")
    world.dcs.delete_leader("shop")
    hear(world, None)
    _live_on(world, step, seconds=660)
    world.fail_over("pg3")
    hear(world, "pg3")
    _live_on(world, step, seconds=10)


def person_acknowledges(world: World, note: str, by: str = "dba") -> None:
    """`pgbaton ack`, as its entry."""
    state = world.ledger.state("shop")
    assert state.incident is not None
    number = len(list(world.ledger.entries("shop")))
    world.ledger.append(
        "shop",
        [
            Draft(
                id=f"acknowledged:{number}",
                kind=Kind.ACKNOWLEDGED,
                incident=state.incident.id,
                evidence={"by": by, "note": note},
            )
        ],
    )


def _live_on(world: World, step: Step, *, seconds: float) -> None:
    for _ in range(int(seconds / 2)):
        step(2)
        world.tick()
        world.work()


NIGHTS: Mapping[str, Callable[[World, Step], None]] = {
    "machine lost": machine_lost,
    "switchover": switchover,
    "host fails": host_fails,
    "two primaries": two_primaries,
    "leaderless": leaderless,
}

SORTS = {
    "machine lost": ["verdict", "alarm", "proof", "end"],
    "switchover": ["proof", "end"],
    "host fails": ["proof", "fail", "ack", "end"],
    "two primaries": ["proof", "alarm", "end"],
    "leaderless": ["verdict", "alarm", "alarm", "alarm", "proof", "end"],
}
"""The replies that each night is made of, in order."""

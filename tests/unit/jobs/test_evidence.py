"""What every entry of a road must say: how long it took, where that is known, and what it rests on."""

from __future__ import annotations

from jobs.audit import Kind
from jobs.audit.examine import examine
from tests.world import World, make_world

TIMED = frozenset({Kind.VERDICT, Kind.HOST, Kind.CONCLUDED, Kind.TAKEN_OVER})
RESTS_ON = {
    Kind.VERDICT: {"verdict", "reason", "claims", "worker", "tried"},
    Kind.PLANNED: {"job", "fence", "hosts"},
    Kind.HOST: {"host", "outcome", "fence", "member", "attempt", "restarted", "reason", "stages"},
    Kind.CONCLUDED: {"verdict", "member", "epochs", "fence", "hosts", "claims"},
    Kind.TAKEN_OVER: {"job", "hosts"},
    Kind.OPENED: {"before", "epoch", "why"},
}


def _failed_over() -> World:
    """A failover during which a worker dies."""
    world = make_world()
    world.settle()
    world.fail_over("pg2")
    world.ledger.call("shop")
    world.work_one()
    world.ledger.lose()
    world.live_on(seconds=60)
    return world


def test_entries_of_a_road_say_how_long_and_why() -> None:
    """Durations and evidence of every entry, the dead worker's included; and the chain is sound."""
    world = _failed_over()
    met = set()
    for entry in world.ledger.entries("shop"):
        facts = entry.facts
        kind = Kind(facts["kind"])
        met.add(kind)
        assert kind not in TIMED or facts["seconds"] is not None, facts
        assert RESTS_ON.get(kind, set()) <= facts["evidence"].keys(), facts
    assert met >= TIMED | RESTS_ON.keys()
    assert examine(world.ledger.entries("shop")).sound

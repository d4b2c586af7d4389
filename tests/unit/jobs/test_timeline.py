"""The trail as sentences: every kind has one."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.event import CALLBACK, Event
from jobs.timeline import tell
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    """A cluster that has failed over to pg2, told of by pg2's hook."""
    from jobs.audit import Draft

    world = make_world()
    world.settle()
    world.clock.pass_by(60)
    world.fail_over("pg2")
    event = Event(
        id="pg2-1",
        type=CALLBACK,
        sender="pg2",
        cluster="shop",
        time=None,
        data={"action": "on_role_change", "role": "primary", "member": "pg2"},
    )
    evidence = {"sender": "pg2", "type": CALLBACK, "data": dict(event.data)}
    world.ledger.hear(event, Draft(id="event:pg2:pg2-1", kind=Kind.EVENT, evidence=evidence))
    world.work()
    return world


def test_incident_reads_like_a_story(world: World) -> None:
    """From the rumour to the conclusion: one sentence each, names in them."""
    told = [tell(e).text for e in world.ledger.entries("shop")]
    told = told[next(i for i, text in enumerate(told) if text.startswith("pg2 reports")) :]
    assert told[0] == "pg2 reports patroni.callback: on_role_change primary pg2"
    assert (
        told[1]
        == "incident shop-2 opened: pg2 leads, epoch 9, PostgreSQL timeline 2; pg1 led until now"
    )
    assert told[3] == "repointing web1, web2"
    assert told[4] == "web1 follows pg2 (changed, restarted store) in 0.00 s"
    assert told[-1].startswith("concluded 0.0 s after its opening: pg2 leads")


def test_every_kind_has_a_sentence() -> None:
    """A kind without a sentence would be an entry that nobody can read."""
    from jobs.sentences import SENTENCES

    assert set(SENTENCES) == set(Kind)

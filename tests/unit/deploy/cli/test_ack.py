"""`pgbaton ack`: on the record, once a call, for open and concluded incidents alike."""

from __future__ import annotations

import pytest

from jobs.audit import Kind
from jobs.story import story_of
from tests.unit.deploy.cli.desk import Operator


def test_an_acknowledgement_is_an_entry_with_who_and_what(ann: Operator) -> None:
    """It belongs to the incident, is in its story, and `show` tells it."""
    ann.world.dcs.delete_leader("shop")
    ann.world.settle()
    seen = ann.types("ack", "shop-1", "--note", "looking  at\nit")
    assert (seen.exit_code, seen.stdout) == (0, "shop-1 is acknowledged by dba\n")
    assert ann.world.told(Kind.ACKNOWLEDGED) == [{"by": "dba", "note": "looking at it"}]
    story = story_of(ann.world.ledger, "shop", "shop-1")
    assert story is not None
    assert [ack.by for ack in story.acks] == ["dba"]
    assert "acknowledged by dba: looking at it" in ann.types("show", "shop-1").stdout


def test_what_is_concluded_may_be_acknowledged(ann: Operator) -> None:
    """Somebody may know more the next morning; the incident stays concluded."""
    ann.world.settle()
    assert ann.types("ack", "shop-1", "--note", "it was the test").exit_code == 0
    story = story_of(ann.world.ledger, "shop", "shop-1")
    assert story is not None
    assert story.over
    assert len(story.acks) == 1


def test_each_call_is_an_entry(ann: Operator) -> None:
    """Twice the same words are two people's, or two looks."""
    ann.world.settle()
    for _ in range(2):
        ann.types("ack", "shop-1", "--note", "seen")
    assert len(ann.world.told(Kind.ACKNOWLEDGED)) == 2


@pytest.mark.parametrize("name", ["shop-2", "shop", "", "other-1", "shop-1x", "-1", "shop-1-1"])
def test_an_unknown_incident_is_a_wrong_call(ann: Operator, name: str) -> None:
    """Two lines say so, and nothing is written."""
    ann.world.settle()
    before = ann.world.kinds()
    seen = ann.types("ack", "--note", "x", "--", name)
    assert seen.exit_code == 2
    assert len(seen.stderr.strip().splitlines()) == 2
    assert "pgbaton incidents" in seen.stderr
    assert ann.world.kinds() == before


@pytest.mark.parametrize("note", ["", "  ", "x" * 257])
def test_a_bad_note_is_a_wrong_call(ann: Operator, note: str) -> None:
    """It must say something, in one line that fits everywhere."""
    ann.world.settle()
    assert ann.types("ack", "shop-1", "--note", note).exit_code == 2
    assert ann.types("ack", "shop-1").exit_code == 2
    assert ann.world.told(Kind.ACKNOWLEDGED) == []


def test_without_redis_nothing_is_acknowledged(ann: Operator) -> None:
    """What cannot be recorded is not said to be."""
    ann.world.settle()
    ann.world.ledger.break_down()
    seen = ann.types("ack", "shop-1", "--note", "x")
    assert seen.exit_code not in {0, 2}

"""Anchors: when a trail is noted outside Redis, and what is kept of the notes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.anchor import Anchor
from jobs.audit import Kind
from tests.unit.workers.anchored import Stage, cut


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_nothing_is_noted_at_rest(stage: Stage) -> None:
    """An empty trail has no anchor, and one that stands still has one."""
    stage.passes(3)
    assert stage.heads == []
    stage.says("a")
    stage.passes(60)
    assert stage.heads == [1]
    stage.anew()
    stage.passes(60)
    assert len(stage.place.written) == 1


def test_a_busy_trail_is_noted_every_ten_seconds(stage: Stage) -> None:
    """One entry a second for a minute makes seven anchors at most."""
    for second in range(60):
        stage.says(f"e{second}")
        stage.passes()
    assert 6 <= len(stage.heads) <= 7


@pytest.mark.parametrize("kind", [Kind.CONCLUDED, Kind.ALARM, Kind.CHECKPOINT, Kind.GAP])
def test_what_matters_is_noted_at_once(stage: Stage, kind: Kind) -> None:
    """After a conclusion or an alarm nobody waits ten seconds."""
    stage.says("a")
    stage.passes(2)
    stage.says("b")
    stage.passes()
    assert stage.heads == [1]
    stage.says("c", kind=kind)
    stage.passes()
    assert stage.heads == [1, 3]


def test_a_place_out_of_reach_is_named_and_made_up_for(stage: Stage) -> None:
    """etcd away: said once, never raised; afterwards the newest head stands there."""
    stage.place.away = "etcd has no leader"
    stage.says("a", "b")
    stage.passes(30)
    assert "etcd has no leader" in stage.anchoring.failing["shop"]
    assert stage.place.asked <= 7
    stage.place.away = ""
    stage.passes(6)
    assert stage.anchoring.failing == {}
    assert stage.anchoring.last["shop"].seq == 2


def test_redis_out_of_reach_asks_etcd_nothing(stage: Stage) -> None:
    """What the trail says is unknown, so there is nothing to note."""
    stage.ledger.break_down()
    stage.passes(5)
    assert (stage.place.asked, stage.anchoring.failing) == (0, {})


def test_a_contradicted_anchor_is_never_thinned_away(stage: Stage) -> None:
    """However fast a false trail grows, what speaks against it stays."""
    stage.says("a", kind=Kind.ALARM)
    stage.passes()
    stage.says("b", kind=Kind.ALARM)
    stage.passes(10)
    true = stage.anchoring.last["shop"]
    cut(stage)
    for number in range(200):
        stage.says(f"x{number}", kind=Kind.ALARM)
        stage.passes()
    marks = [a.mark for a in stage.place.placed("shop")]
    assert true.mark in marks
    assert len(marks) < 64 + 40


def test_another_note_never_takes_a_place(stage: Stage) -> None:
    """The same number with another hash stands beside the first."""
    one = Anchor(cluster="shop", kind="head", seq=1, hash="a" * 64, at=1)
    stage.place.place(one)
    stage.place.place(replace(one, hash="b" * 64))
    stage.place.place(replace(one, at=2))
    assert [(a.hash[0], a.at) for a in stage.place.placed("shop")] in (
        [("a", 1), ("b", 1)],
        [("b", 1), ("a", 1)],
    )


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '{"kind":7}', "[" * 100_000])
def test_an_entry_that_is_none_does_not_stop_the_anchors(stage: Stage, body: str) -> None:
    """Somebody wrote nonsense into the stream: the head is anchored all the same."""
    stage.says("a", "b")
    chain = stage.ledger.store.of("shop").chain
    chain.entries[0] = replace(chain.entries[0], body=body)
    stage.passes(3)
    assert stage.anchoring.last["shop"].seq == 2

"""Anchors: when a trail is noted outside Redis, and what is kept of the notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from jobs.anchor import Anchor
from jobs.audit import Draft, Head, Kind
from jobs.ports import LedgerUnavailable, Stand
from tests.fakes.anchors import FakeAnchors
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.unit.workers.anchored import Stage, cut
from workers.anchoring import Anchoring


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


class Asked(FakeLedger):
    """A ledger that notes what it was asked of its trails' ends."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock=clock)
        self.asked: list[str] = []

    def heads(self, clusters: Sequence[str]) -> dict[str, Head]:
        self.asked.append("heads")
        return super().heads(clusters)

    def stand(self, cluster: str) -> Stand:
        self.asked.append("stand")
        return super().stand(cluster)


def test_trails_at_rest_are_two_questions() -> None:
    """However many there are: where all of them stand, and which Redis says so."""
    clock, place = FakeClock(), FakeAnchors()
    ledger, clusters = Asked(clock), [f"c{number}" for number in range(20)]
    for cluster in clusters[:10]:
        ledger.append(cluster, [Draft(id="a", kind=Kind.ALARM)])
    anchoring = Anchoring(ledger, dict.fromkeys(clusters, place), clock=clock)
    anchoring.tick()
    ledger.asked.clear()
    for _ in range(5):
        clock.pass_by(1)
        anchoring.tick()
    assert ledger.asked == ["heads", "stand"] * 5
    ledger.append("c15", [Draft(id="b", kind=Kind.ALARM)])
    anchoring.tick()
    assert [a.seq for a in place.placed("c15")] == [1]


def test_trails_that_wait_for_their_next_anchor_are_asked_once_where_they_stand() -> None:
    """They moved by something that has no haste: looked at when they did, and noted when it is time."""
    clock, place = FakeClock(), FakeAnchors()
    ledger, clusters = Asked(clock), [f"c{number}" for number in range(20)]
    anchoring = Anchoring(ledger, dict.fromkeys(clusters, place), clock=clock)
    for name in ("a", "b"):
        for cluster in clusters:
            ledger.append(cluster, [Draft(id=name, kind=Kind.EVENT)])
        anchoring.tick()
        clock.pass_by(1)
    ledger.asked.clear()
    for _ in range(5):
        anchoring.tick()
        clock.pass_by(1)
    assert ledger.asked == ["heads", "stand"] * 5
    clock.pass_by(10)
    anchoring.tick()
    assert [max(a.seq for a in place.placed(cluster)) for cluster in clusters] == [2] * 20


class Broken(Asked):
    """One trail of several holds what nobody can read."""

    def heads(self, clusters: Sequence[str]) -> dict[str, Head]:
        raise LedgerUnavailable("WRONGTYPE", "look at it")

    def stand(self, cluster: str) -> Stand:
        if cluster == "c0":
            raise ValueError("no number")
        return super().stand(cluster)


def test_a_trail_that_cannot_be_read_bars_no_other() -> None:
    """Where the ends of all cannot be read together, each is looked at by itself."""
    clock, place = FakeClock(), FakeAnchors()
    ledger = Broken(clock)
    for cluster in ("c0", "c1"):
        ledger.append(cluster, [Draft(id="a", kind=Kind.ALARM)])
    anchoring = Anchoring(ledger, dict.fromkeys(("c0", "c1"), place), clock=clock)
    anchoring.tick()
    assert [a.seq for a in place.placed("c1")] == [1]
    assert list(anchoring.failing) == ["c0"]

"""Anchors: when a trail is noted outside Redis, and what is said where it no longer is what was noted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.anchor import Anchor, Server
from jobs.audit import Draft, Kind
from tests.fakes.anchors import FakeAnchors
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from workers.anchoring import Anchoring

FIRST = Server(run="a" * 40, replid="1" * 40, offset=1000)


class Stage:
    """One cluster's trail, a place, and a chronicle that looks each second."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(clock=self.clock, server=FIRST)
        self.place = FakeAnchors()
        self.anew()

    def anew(self) -> None:
        """The chronicle is started again."""
        self.anchoring = Anchoring(self.ledger, {"shop": self.place}, clock=self.clock)

    def says(self, *names: str, kind: Kind = Kind.EVENT) -> None:
        """Entries are written; Redis' history goes on by 100 bytes each."""
        for name in names:
            self.ledger.append("shop", [Draft(id=name, kind=kind)])
            server = self.ledger.server
            assert server is not None
            self.ledger.server = replace(server, offset=server.offset + 100)

    def passes(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.clock.pass_by(1)
            self.anchoring.tick()

    def loses(self, count: int) -> None:
        """The trail's end is gone, as after a failover to a replica that lagged."""
        chain = self.ledger.store.of("shop").chain
        del chain.entries[-count:]

    def fails_over(self, lost: int) -> None:
        """The promoted replica never received the last `lost` entries."""
        server = self.ledger.server
        assert server is not None
        self.loses(lost)
        had = server.offset - 100 * lost
        self.ledger.server = Server(
            run="b" * 40, replid="2" * 40, offset=had, replid2=server.replid, second=had + 1
        )

    @property
    def heads(self) -> list[int]:
        return [a.seq for a in self.place.placed("shop") if a.kind == "head"]

    def kinds(self) -> list[str]:
        return [e.facts["kind"] for e in self.ledger.entries("shop")]


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


def test_a_failover_that_lost_the_end_is_a_gap(stage: Stage) -> None:
    """Redis proves that the promoted replica lacked the entries: one entry says so, one anchor too."""
    stage.says("a", "b")
    stage.passes(11)
    stage.says("c", "d", kind=Kind.ALARM)
    stage.passes(2)
    stage.fails_over(2)
    stage.passes(3)
    stage.anew()
    stage.passes(3)
    [gap] = [a for a in stage.place.placed("shop") if a.kind == "gap"]
    assert (gap.seq, [seq for seq, _ in gap.lost]) == (2, [4])
    assert stage.kinds() == ["event", "event", "trail-gap"]
    assert stage.anchoring.failing == {}
    assert stage.heads == [2, 3, 4]


def test_a_gap_is_found_although_the_trail_went_on(stage: Stage) -> None:
    """The chronicle was away while Redis failed over, and the trail is longer than before."""
    stage.says("a")
    stage.passes()
    stage.says("b", "c", kind=Kind.ALARM)
    stage.passes()
    stage.fails_over(2)
    stage.says("x", "y", "z")
    stage.anew()
    stage.passes(2)
    [gap] = [a for a in stage.place.placed("shop") if a.kind == "gap"]
    assert (gap.seq, [seq for seq, _ in gap.lost]) == (1, [3])
    assert stage.kinds()[-1] == "trail-gap"


def test_a_gap_that_was_noted_and_not_told_is_told(stage: Stage) -> None:
    """Redis failed between the anchor and the entry: the next look makes up for it, once."""
    stage.says("a", kind=Kind.ALARM)
    stage.passes()
    stage.says("b", kind=Kind.ALARM)
    stage.passes()
    stage.fails_over(1)
    stage.ledger.fail(1, "before", RuntimeError("died"))
    with pytest.raises(RuntimeError):
        stage.passes()
    stage.anew()
    stage.passes(3)
    stage.anew()
    stage.passes(3)
    assert stage.kinds() == ["alarm", "trail-gap"]
    assert len([a for a in stage.place.placed("shop") if a.kind == "gap"]) == 1


def _restored(stage: Stage) -> None:
    """Another run of Redis with an older file."""
    stage.loses(1)
    stage.ledger.server = Server(run="c" * 40, replid="3" * 40, offset=0)


def _cut(stage: Stage) -> None:
    """The same run, an entry less."""
    stage.loses(1)


def _staged(stage: Stage) -> None:
    """A promotion that was staged after the cut: the replica had received everything."""
    server = stage.ledger.server
    assert server is not None
    stage.loses(1)
    stage.ledger.server = Server(
        run="d" * 40,
        replid="4" * 40,
        offset=server.offset,
        replid2=server.replid,
        second=server.offset + 50,
    )


def _followed_a_stranger(stage: Stage) -> None:
    """The same server was told to follow one that lies about its history, and to lead again."""
    server = stage.ledger.server
    assert server is not None
    stage.loses(1)
    stage.ledger.server = replace(
        server, replid="5" * 40, replid2=server.replid, second=server.offset - 99
    )


@pytest.mark.parametrize("harm", [_restored, _cut, _staged, _followed_a_stranger])
def test_what_redis_does_not_prove_is_no_gap(stage: Stage, harm: object) -> None:
    """An old file, a cut, a promotion after the cut: said, and never explained away."""
    assert callable(harm)
    stage.says("a", kind=Kind.ALARM)
    stage.passes()
    stage.says("b", kind=Kind.ALARM)
    stage.passes(10)
    harm(stage)
    stage.passes(3)
    assert "trail-gap" not in stage.kinds()
    assert "audit verify" in stage.anchoring.failing["shop"]
    stage.says(*map(str, range(100)))
    stage.anew()
    stage.passes(3)
    assert "audit verify" in stage.anchoring.failing["shop"]


def test_a_crash_before_the_disk_had_it_is_a_gap(stage: Stage) -> None:
    """Another run, seen within seconds of the entry: `appendfsync everysec` may lose that much."""
    stage.says("a", kind=Kind.ALARM)
    stage.passes(10)
    stage.says("b", kind=Kind.ALARM)
    stage.passes(1)
    _restored(stage)
    stage.passes(2)
    assert stage.kinds() == ["alarm", "trail-gap"]


def test_a_contradicted_anchor_is_never_thinned_away(stage: Stage) -> None:
    """However fast a false trail grows, what speaks against it stays."""
    stage.says("a", kind=Kind.ALARM)
    stage.passes()
    stage.says("b", kind=Kind.ALARM)
    stage.passes(10)
    true = stage.anchoring.last["shop"]
    _cut(stage)
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


def test_a_clock_that_goes_back_with_a_failover_does_no_harm(stage: Stage) -> None:
    """The promoted replica's clock is behind: its head counts as the newest, and etcd is left alone."""
    stage.says("a", kind=Kind.ALARM)
    stage.passes()
    stage.says("b", kind=Kind.ALARM)
    stage.passes()
    stage.fails_over(1)
    stage.clock.step(-600)
    stage.passes(2)
    assert stage.kinds() == ["alarm", "trail-gap"]
    asked = stage.place.asked
    stage.passes(60)
    assert stage.place.asked == asked
    assert stage.anchoring.last["shop"].hash == stage.ledger.head("shop").hash


@pytest.mark.parametrize("body", ["", "[]", "null", "{", '{"kind":7}', "[" * 100_000])
def test_an_entry_that_is_none_does_not_stop_the_anchors(stage: Stage, body: str) -> None:
    """Somebody wrote nonsense into the stream: the head is anchored all the same."""
    stage.says("a", "b")
    chain = stage.ledger.store.of("shop").chain
    chain.entries[0] = replace(chain.entries[0], body=body)
    stage.passes(3)
    assert stage.anchoring.last["shop"].seq == 2

"""Gaps: what Redis lost and proves is told once; what it does not prove is never explained away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jobs.anchor import Server
from jobs.audit import Kind
from tests.unit.workers.anchored import Stage, cut


@pytest.fixture
def stage() -> Stage:
    return Stage()


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


@pytest.mark.parametrize("harm", [_restored, cut, _staged, _followed_a_stranger])
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


def test_an_empty_redis_is_more_than_a_crash(stage: Stage) -> None:
    """Run after run ended within seconds of its last entry, and the last one left nothing at all: it had
    read what the first one wrote, so that no crash explains that this is gone."""
    stage.says("a", kind=Kind.ALARM)
    stage.passes()
    stage.ledger.server = Server(run="b" * 40, replid="2" * 40, offset=0)
    stage.says("b", kind=Kind.ALARM)
    stage.passes()
    stage.loses(2)
    stage.ledger.server = Server(run="c" * 40, replid="3" * 40, offset=0)
    stage.passes(2)
    [gap] = [a for a in stage.place.placed("shop") if a.kind == "gap"]
    assert [seq for seq, _ in gap.lost] == [2]
    assert "audit verify" in stage.anchoring.failing["shop"]


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

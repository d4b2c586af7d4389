"""Nothing new is missed and nothing is taken twice, whatever becomes of a trail's end."""

from __future__ import annotations

import pytest

from jobs.audit import Draft, Kind
from jobs.following import Follower, Taken, onward
from tests.fakes.ledger import FakeLedger


@pytest.fixture
def ledger() -> FakeLedger:
    """A trail of ten entries."""
    made = FakeLedger()
    tell(made, *(f"e{n}" for n in range(1, 11)))
    return made


def tell(ledger: FakeLedger, *ids: str) -> None:
    drafts = [Draft(id=one, kind=Kind.PAUSED, evidence={"by": "dba", "why": one}) for one in ids]
    ledger.append("shop", drafts)


def lose(ledger: FakeLedger, count: int) -> None:
    """A failover: the newest entries are gone."""
    del ledger.store.of("shop").chain.entries[-count:]


def gap(ledger: FakeLedger, after: int, anchored: int) -> None:
    evidence = {"after": after, "anchored": anchored, "reason": "a failover"}
    ledger.append("shop", [Draft(id="gap", kind=Kind.GAP, evidence=evidence)])


def ids(follower: Follower) -> list[str]:
    return [entry.facts["id"] for entry in follower.fresh()]


def test_each_entry_comes_once(ledger: FakeLedger) -> None:
    """From the beginning, or from anywhere; who stops early goes on there."""
    follower = Follower(trail=ledger, cluster="shop", read=7)
    assert ids(follower) == ["e8", "e9", "e10"]
    assert ids(follower) == []
    tell(ledger, "new", "newer")
    assert next(follower.fresh()).facts["id"] == "new"
    assert ids(follower) == ["newer"]


@pytest.mark.parametrize("more", [0, 1, 2, 3, 9])
def test_a_gap_is_not_passed_over(ledger: FakeLedger, more: int) -> None:
    """Its number was read before, under another entry; however many came after it, none is missed."""
    follower = Follower(trail=ledger, cluster="shop")
    ids(follower)
    lose(ledger, 3)
    tell(ledger, "heard")
    gap(ledger, 7, 10)
    later = [f"after{n}" for n in range(more)]
    tell(ledger, *later)
    assert ids(follower) == ["heard", "gap", *later]
    assert ids(follower) == []


def test_what_came_before_the_gap_was_told_is_not_missed(ledger: FakeLedger) -> None:
    """A look between the failover and the entry that tells of it: each new entry comes once."""
    follower = Follower(trail=ledger, cluster="shop")
    ids(follower)
    lose(ledger, 3)
    assert ids(follower) == []
    tell(ledger, "heard")
    assert ids(follower) == ["heard"]
    gap(ledger, 7, 10)
    assert ids(follower) == ["gap"]


def test_a_trail_that_was_emptied_is_read_from_its_beginning(ledger: FakeLedger) -> None:
    """All of it lost, or so much that nothing is remembered: what comes from then on counts."""
    follower = Follower(trail=ledger, cluster="shop", read=8)
    ids(follower)
    lose(ledger, 10)
    assert ids(follower) == []
    tell(ledger, "first", "second")
    assert ids(follower) == ["first", "second"]


def test_what_was_trimmed_is_not_lost(ledger: FakeLedger) -> None:
    """Older entries were exported and dropped: nothing comes anew."""
    follower = Follower(trail=ledger, cluster="shop")
    ids(follower)
    tell(ledger, "new", "newer")
    del ledger.store.of("shop").chain.entries[:11]
    assert ids(follower) == ["newer"]


def taken(ledger: FakeLedger, seq: int) -> Taken:
    [entry] = ledger.entries("shop", after=seq - 1, upto=seq)
    return entry.seq, entry.hash


def test_onward_goes_on_behind_what_stands(ledger: FakeLedger) -> None:
    """As far as it was asked to; not behind nothing."""
    found = onward(ledger, "shop", taken(ledger, 7))
    assert found is not None
    assert [entry.seq for entry in found] == [8, 9, 10]
    found = onward(ledger, "shop", taken(ledger, 7), upto=8)
    assert found is not None
    assert [entry.seq for entry in found] == [8]
    assert onward(ledger, "shop", None) is None


@pytest.mark.parametrize("more", [0, 1, 2, 5])
@pytest.mark.parametrize("upto", [None, 9, 7])
def test_onward_begins_anew_behind_what_was_lost(
    ledger: FakeLedger, more: int, upto: int | None
) -> None:
    """Whether its number is gone, or another entry has it; also where nothing is asked for behind it."""
    known = taken(ledger, 9)
    lose(ledger, 3)
    tell(ledger, *(f"after{n}" for n in range(more)))
    assert onward(ledger, "shop", known, upto=upto) is None


@pytest.mark.parametrize(("trimmed", "left"), [(7, [8, 9, 10]), (8, [9, 10])])
def test_onward_takes_what_was_trimmed_for_standing(
    ledger: FakeLedger, trimmed: int, left: list[int]
) -> None:
    """Nothing can be said of it; what is left comes, and where that is nothing, nothing."""
    known = taken(ledger, 7)
    del ledger.store.of("shop").chain.entries[:trimmed]
    found, nothing = onward(ledger, "shop", known), onward(ledger, "shop", known, upto=7)
    assert found is not None
    assert [entry.seq for entry in found] == left
    assert nothing is not None
    assert list(nothing) == []

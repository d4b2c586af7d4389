"""What must hold of leaders that change fast, of many hosts and of several clusters: each sentence holds, and says no."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from deploy.lab.drill.expected import crowd, storms
from deploy.lab.drill.expected import several as sentences
from deploy.lab.drill.history import Boot, History, Leadership
from deploy.lab.drill.invariants.checked import Invariant
from jobs.audit import Kind
from tests.unit.deploy.lab import histories as h
from tests.unit.deploy.lab.troubled import (
    HEALED,
    OTHER,
    RESTARTS,
    THIRD,
    also,
    broken,
    draft,
    left,
)


def stormy(*, second: float = 130.0) -> History:
    """Two leaders in one incident; shop2 was assigned for the first, gave way, and went to the last."""
    last = Leadership(member="pg3", address="10.77.0.23", epoch=50, since=second)
    gave = {"host": "shop2", "outcome": "superseded", "fence": asdict(h.SECOND)}
    ended = replace(h.concluded("shop-36"), evidence={"epochs": [36, 50], "reason": "all follow"})
    drafts = (
        *h.drafts(without=Kind.CONCLUDED, at=122.1),
        (131.0, draft(Kind.SUPERSEDED, "gave:shop2", gave)),
        (132.0, h.confirmed("pg3", THIRD)),
        (133.0, h.host("shop2", "changed", THIRD)),
        (134.0, ended),
    )
    there = Boot(at=132.5, db_host="10.77.0.23")
    spared = replace(OTHER, boots=(OTHER.boots[0], there), fences=(h.FIRST, THIRD))
    led = (h.LEADERSHIPS[0], replace(h.LEADERSHIPS[1], until=second - 0.1), last)
    both = replace(h.SHOP, boots=(*h.SHOP.boots, there), fences=(h.FIRST, h.SECOND, THIRD))
    return replace(h.telling(h.GOOD, drafts), leaderships=led, hosts=(both, spared))


@pytest.mark.parametrize(
    "one",
    [
        storms.changes_within(20),
        storms.SPANS,
        storms.ONCE_AN_EPOCH,
        storms.GAVE_WAY,
    ],
    ids=lambda one: one.name,
)
def test_a_storm_that_was_weathered(one: Invariant) -> None:
    """Each sentence holds of a host that followed both leaders, and of one that gave way."""
    assert one.check(stormy()).held, one.check(stormy()).evidence


def starts(*boots: Boot) -> History:
    """The storm, with these starts of shop2 after its first."""
    shop, other = stormy().hosts
    return replace(stormy(), hosts=(shop, replace(other, boots=(OTHER.boots[0], *boots))))


def fenced() -> History:
    shop, other = stormy().hosts
    return replace(stormy(), hosts=(shop, replace(other, fences=(h.FIRST, h.SECOND, THIRD))))


@pytest.mark.parametrize(
    ("one", "history", "said"),
    [
        (storms.changes_within(20), stormy(second=150.0), "29.9 s"),
        (storms.changes_within(20), replace(stormy(), leaderships=h.LEADERSHIPS[:1]), "None s"),
        (storms.SPANS, h.GOOD, "epochs []"),
        (
            storms.ONCE_AN_EPOCH,
            starts(*(Boot(at=at, db_host=h.NEW) for at in (121.0, 122.0, 123.0))),
            "3 restarts for 2 leaders",
        ),
        (
            storms.ONCE_AN_EPOCH,
            starts(*(Boot(at=at, db_host=h.NEW) for at in (121.0, 122.0))),
            "restarted twice to",
        ),
        (storms.GAVE_WAY, h.GOOD, "no entry says that a host gave way"),
        (storms.GAVE_WAY, fenced(), "had been brought to that leader already"),
        (
            storms.GAVE_WAY,
            starts(*(Boot(at=at, db_host=h.NEW) for at in (125.0, 132.0))),
            "restarted twice all the same",
        ),
    ],
)
def test_each_sentence_of_a_storm_can_say_no(one: Invariant, history: History, said: str) -> None:
    """One thing is wrong, and it is told."""
    checked = one.check(history)
    assert not checked.held
    assert said in checked.evidence


def test_a_host_may_follow_one_leader_while_the_next_is_there_already() -> None:
    """Each restart is for a leadership of its own, in their order: not for an earlier one afterwards, and
    not twice for one behind a NodeBalancer, where the address tells nothing."""
    second, third = (Boot(at=at, db_host=to) for at, to in ((140.0, h.NEW), (141.0, "10.77.0.23")))
    assert RESTARTS not in broken(starts(second, third))
    assert "restarted to 10.77.0.22" in broken(starts(third, replace(second, at=142.0)))[RESTARTS]
    behind = [replace(one, behind="10.77.0.71") for one in starts(second, third).hosts]
    assert RESTARTS not in broken(replace(stormy(), hosts=tuple(behind)))
    often = replace(behind[1], boots=(*behind[1].boots, Boot(at=150.0, db_host=h.NEW)))
    assert "no new epoch" in broken(replace(stormy(), hosts=(often,)))[RESTARTS]


def held(*, moved: tuple[float, ...] = (146.0,), released: bool = True) -> History:
    """The lead went to pg2 and returned at 130 s; that was held until 145 s."""
    back = Leadership(member="pg1", address=h.OLD, epoch=50, since=130.0)
    ends = [(145.0, draft(Kind.RELEASED, "released", {"reason": "calm"}))] if released else []
    boots = (*h.SHOP.boots, *(Boot(at=at, db_host=h.OLD) for at in moved))
    led = (h.LEADERSHIPS[0], replace(h.LEADERSHIPS[1], until=129.0), back)
    history = replace(also(h.GOOD, *ends), leaderships=led)
    return replace(history, hosts=(replace(h.SHOP, boots=boots),))


def test_a_held_return_moves_nobody_until_its_release() -> None:
    """A host that moves before, twice, or never says no; so does a hold that never ended."""
    one = storms.HELD_UNTIL_CALM
    assert one.check(held()).held
    assert "while it was held" in one.check(held(moved=(140.0,))).evidence
    assert "restarted 2 times" in one.check(held(moved=(146.0, 147.0))).evidence
    assert "restarted 0 times" in one.check(held(moved=())).evidence
    assert "no entry says" in one.check(held(released=False)).evidence


def crowded(*, slow: float = 133.5) -> History:
    """Two leaders; under the second shop2 is in trouble and follows at 143 s, shop1 at `slow`."""
    last = Leadership(member="pg3", address="10.77.0.23", epoch=50, since=130.0)
    drafts = (
        *h.drafts(without=Kind.CONCLUDED, at=122.1),
        (122.05, h.host("shop2", "changed", h.SECOND)),
        (122.1, h.concluded("shop-36")),
        (132.0, h.confirmed("pg3", THIRD)),
        (slow, h.host("shop1", "changed", THIRD)),
        (133.2, left("shop2")),
        (143.0, h.host("shop2", "changed", THIRD)),
        (143.1, h.concluded("shop-50")),
    )
    there = Boot(at=142.0, db_host="10.77.0.23")
    known = h.telling(h.GOOD, drafts)
    return replace(
        known,
        marks={"hurt": 128.0, HEALED: 140.0},
        leaderships=(h.LEADERSHIPS[0], replace(h.LEADERSHIPS[1], until=129.0), last),
        hosts=(h.SHOP, replace(OTHER, boots=(*OTHER.boots, there))),
    )


AS_QUICK = crowd.as_quick_as_before(("shop2",), spare=2)
EACH = crowd.each_named(("shop2",), since="hurt")
BETWEEN = crowd.open_between("hurt", HEALED)
EACH_FOLLOWS = crowd.each_follows(("shop2",), mark=HEALED, within=5)


@pytest.mark.parametrize("one", [AS_QUICK, EACH, BETWEEN, EACH_FOLLOWS], ids=lambda one: one.name)
def test_many_hosts_of_which_some_are_in_trouble(one: Invariant) -> None:
    """The others are as quick, each in trouble is named and follows once it healed."""
    assert one.check(crowded()).held, one.check(crowded()).evidence


@pytest.mark.parametrize(
    ("one", "history", "said"),
    [
        (AS_QUICK, crowded(slow=139.0), "7.0 s with them, 1.5 s without"),
        (AS_QUICK, h.GOOD, "not every good host followed"),
        (EACH, crowded(slow=133.6), ""),
        (crowd.each_named(("shop1",), since="hurt"), crowded(), "nobody named shop1"),
        (crowd.each_named((), since="hurt"), crowded(), "shop2 is said to be 36:timeout"),
        (BETWEEN, replace(crowded(), marks={"hurt": 128.0, HEALED: 150.0}), "concludes shop-50"),
        (crowd.each_follows(("shop2",), mark=HEALED, within=2), crowded(), "3.0 s after that"),
        (crowd.each_follows(("shop1",), mark=HEALED, within=5), crowded(), "restarted 0 times"),
    ],
)
def test_each_sentence_of_a_crowd_can_say_no(one: Invariant, history: History, said: str) -> None:
    """One thing is wrong, and it is told."""
    checked = one.check(history)
    assert (not checked.held) == bool(said), checked.evidence
    assert said in checked.evidence


def several(**changes: object) -> History:
    """The good drill, with another cluster that moved likewise."""
    return replace(h.GOOD, neighbours={"north": replace(h.GOOD, **changes)})  # type: ignore[arg-type]


def test_every_cluster_is_held_to_the_same() -> None:
    """One that did not move, or broke an invariant, is named; so is a drill without any other cluster."""
    each = sentences.EACH_CLUSTER
    assert each.check(several()).held, each.check(several()).evidence
    assert "north: shop1: its file says" in each.check(several(leaderships=STAYED)).evidence
    assert not each.check(several(entries=h.GOOD.entries[1:])).held
    assert "north: shop1: its file says" in each.check(several(hosts=(ASTRAY,))).evidence
    assert "no other cluster" in each.check(h.GOOD).evidence


def test_a_cluster_that_had_no_leader_and_has_it_again() -> None:
    """It need not have moved, but was without a leader as the shop's next one was elected."""
    gone = replace(h.LEADERSHIPS[0], until=h.LEADERSHIPS[1].since - 5)
    back = replace(gone, epoch=60, since=140.0, until=None)
    without = several(leaderships=(gone, back))
    assert sentences.LEADERLESS.check(without).held
    assert (
        "north was led by pg1" in sentences.LEADERLESS.check(several(leaderships=STAYED)).evidence
    )
    late = replace(gone, until=h.LEADERSHIPS[1].since + 0.1)
    assert (
        "north was led by pg1" in sentences.LEADERLESS.check(several(leaderships=(late,))).evidence
    )
    assert "no other cluster" in sentences.LEADERLESS.check(h.GOOD).evidence
    unmoved = replace(without, leaderships=STAYED)
    assert "nobody was elected" in sentences.LEADERLESS.check(unmoved).evidence


def test_a_cluster_that_returns_is_told_once() -> None:
    """The invariants are each cluster's, and so is the one incident; who leads it in the end is not asked."""
    each = sentences.EACH_RETURNS
    assert each.check(several()).held, each.check(several()).evidence
    assert "north: shop1: its file says" in each.check(several(hosts=(ASTRAY,))).evidence
    assert "north" in each.check(several(entries=h.GOOD.entries[:3])).evidence
    assert "no other cluster" in each.check(h.GOOD).evidence


def test_no_cluster_waits_for_another() -> None:
    """Each is timed from its own election; one that was late, or never followed, is named."""
    within = sentences.none_waits(3)
    assert "shop 1.9 s, north 1.9 s" in within.check(several()).evidence
    later = (*h.drafts(without=Kind.HOST, at=122.0), (124.0, h.host("shop1", "changed", h.SECOND)))
    late_one = h.telling(h.GOOD, later)
    assert "north 3.9 s" in within.check(replace(h.GOOD, neighbours={"north": late_one})).evidence
    never = h.telling(h.GOOD, h.drafts(without=Kind.HOST, at=122.0))
    assert "north None s" in within.check(replace(h.GOOD, neighbours={"north": never})).evidence


STAYED = (replace(h.LEADERSHIPS[0], until=None),)
ASTRAY = replace(h.SHOP, file=h.OLD)

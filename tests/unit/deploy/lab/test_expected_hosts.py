"""What must hold of hosts in trouble: each sentence holds where it did, and says no where it did not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.lab.drill.expected import hosts
from deploy.lab.drill.expected.said import long_incident
from deploy.lab.drill.history import Boot, History, Leap
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.stir import Stir
from jobs.audit import Kind
from tests.unit.deploy.lab import histories as h
from tests.unit.deploy.lab.troubled import (
    HEALED,
    OTHER,
    RESTARTS,
    VERDICTS,
    also,
    broken,
    draft,
    draft_of,
    failed,
    left,
)


def late() -> History:
    """A drill in which shop2 could not be reached until it healed at 130 s."""
    drafts = (
        *h.drafts(without=Kind.CONCLUDED, at=122.1),
        (121.5, failed("shop2")),
        (122.5, left("shop2")),
        (133.0, h.host("shop2", "changed", h.SECOND)),
        (133.1, h.concluded("shop-36")),
    )
    known = h.telling(h.GOOD, drafts)
    boots = (OTHER.boots[0], Boot(at=132.0, db_host=h.NEW))
    return replace(
        known, marks={HEALED: 130.0}, hosts=(h.SHOP, replace(OTHER, boots=boots, sells=False))
    )


def with_late(**changes: object) -> History:
    shop, other = late().hosts
    return replace(late(), hosts=(shop, replace(other, **changes)))  # type: ignore[arg-type]


QUICK = hosts.others_take_orders(3, but="shop2")
UNTOUCHED = hosts.untouched_until(HEALED, "shop2")
FOLLOWS = hosts.follows_once(HEALED, "shop2", within=5)
NAMED = hosts.named("shop2", outcomes=("timeout",))
OPEN = hosts.open_until(HEALED)


@pytest.mark.parametrize("one", [QUICK, UNTOUCHED, FOLLOWS, NAMED, OPEN], ids=lambda one: one.name)
def test_a_host_that_follows_when_it_can_is_well(one: Invariant) -> None:
    """All of it holds of a host that could not be reached, was named, healed and followed once."""
    assert one.check(late()).held, one.check(late()).evidence


@pytest.mark.parametrize(
    ("one", "history", "said"),
    [
        (
            hosts.others_take_orders(1, but="shop2"),
            late(),
            "1.71 s after the new leader took its first write",
        ),
        (QUICK, replace(late(), writable={}), "None s"),
        (UNTOUCHED, also(late(), (125.0, h.host("shop2", "changed", h.SECOND))), "shop2 changed"),
        (
            UNTOUCHED,
            with_late(boots=(OTHER.boots[0], Boot(at=125.0, db_host=h.NEW))),
            "restarted 25.0 s after the fault",
        ),
        (hosts.follows_once(HEALED, "shop2", within=2), late(), "3.0 s after that"),
        (FOLLOWS, replace(late(), marks={}), "None s after that"),
        (
            FOLLOWS,
            with_late(boots=(*OTHER.boots, Boot(at=132.0, db_host=h.NEW))),
            "restarted 2 times",
        ),
        (NAMED, h.GOOD, "nobody named shop2"),
        (NAMED, also(late(), (123.0, left("shop2", "failed"))), "said to be failed"),
        (
            NAMED,
            also(late(), (123.0, replace(left("shop2"), id="x:alarm:left:shop2:36:timeout"))),
            "36:timeout is said 2 times",
        ),
        (OPEN, replace(late(), marks={HEALED: 140.0}), "concludes shop-36"),
    ],
)
def test_each_sentence_of_a_host_can_say_no(one: Invariant, history: History, said: str) -> None:
    """One thing is wrong, and it is told."""
    checked = one.check(history)
    assert not checked.held
    assert said in checked.evidence


def test_a_host_is_named_again_under_the_next_leader() -> None:
    """That it does not follow that one either is news."""
    again = replace(left("shop2"), id="shop-36:alarm:left:shop2:50:timeout")
    assert NAMED.check(also(late(), (131.0, again))).held


LEAP = Leap(at=124.0, seconds=3600.0)


def an_hour_later() -> History:
    """The same drill, in which an hour passed at 124 s by the clock of the trail."""
    told = [(e.at / 1e6, e.facts) for e in late().entries]
    moved = [(at + LEAP.seconds if at > LEAP.at else at, draft_of(facts)) for at, facts in told]
    return replace(h.telling(late(), moved), leap=LEAP)


@pytest.mark.parametrize("one", [QUICK, UNTOUCHED, FOLLOWS, NAMED, OPEN], ids=lambda one: one.name)
def test_an_hour_that_was_moved_does_not_count(one: Invariant) -> None:
    """Entries told by a clock that went ahead have their place among what others saw."""
    assert one.check(an_hour_later()).held, one.check(an_hour_later()).evidence


def test_without_its_leap_a_moved_clock_would_be_seen() -> None:
    """The host would have followed an hour after its healing; and a leap makes nobody earlier."""
    unknown = replace(an_hour_later(), leap=Leap())
    assert "it followed 3603.0 s after that" in FOLLOWS.check(unknown).evidence
    slower = replace(an_hour_later(), marks={HEALED: 127.0})
    assert "it followed 6.0 s after that" in FOLLOWS.check(slower).evidence


def test_people_must_read_of_the_hour() -> None:
    """A thread that tells of seconds is a no, and so is none."""
    hour = long_incident("1 h")
    [*others, last] = h.GOOD.slack
    told = replace(last, text="pg1 to pg2: concluded after 1 h 0 min, 2 of 2 follow", thread=None)
    assert hour.check(replace(h.GOOD, slack=(*others, told))).held
    assert hour.check(h.GOOD).evidence == "no thread in Slack says that it took 1 h"
    assert not hour.check(replace(h.GOOD, slack=())).held


def edited(*, mended: float = 131.0, told: bool = True) -> History:
    """A drill in which somebody pointed shop1 at the old leader by hand, at 128 s."""
    drift = draft(Kind.DRIFT, "drift:shop1", {"host": "shop1", "drift": [".env DB_HOST"]})
    stirs = (Stir(host="shop1", what="edit", at=128.0),)
    back = replace(h.host("shop1", "changed", h.SECOND), id="again")
    known = also(h.GOOD, (mended + 0.5, back), *([(130.0, drift)] if told else []))
    boots = (*h.SHOP.boots, Boot(at=mended, db_host=h.NEW))
    return replace(known, hosts=(replace(h.SHOP, boots=boots, stirs=stirs),))


def test_an_edit_by_hand_is_mended() -> None:
    """In time and as drift; not so where it took long, or where nobody told."""
    mended = hosts.drift_mended("shop1", told=3, within=5)
    assert mended.check(edited()).held
    assert "12.0 s" in mended.check(edited(mended=140.0)).evidence
    assert "None s" in mended.check(edited(told=False)).evidence
    assert "None s" in mended.check(h.GOOD).evidence


def test_an_edit_explains_one_restart() -> None:
    """The one that mends it: not without the edit, not a second one, and not one that leads elsewhere."""
    history = edited()
    assert not {RESTARTS, VERDICTS} & broken(history).keys()
    alone = replace(history, hosts=(replace(history.hosts[0], stirs=()),))
    assert "same DB_HOST" in broken(alone)[RESTARTS]
    assert "2 restarts, but 1 in the trail" in broken(edited(told=False))[VERDICTS]
    [shop] = history.hosts
    twice = replace(shop, boots=(*shop.boots, Boot(at=135.0, db_host=h.NEW)))
    assert "same DB_HOST" in broken(replace(history, hosts=(twice,)))[RESTARTS]
    astray = replace(shop, boots=(*h.SHOP.boots, Boot(at=131.0, db_host=h.OLD)))
    assert "no new epoch asked for" in broken(replace(history, hosts=(astray,)))[RESTARTS]


def test_a_machine_that_boots_starts_its_shop_by_itself() -> None:
    """That start is the machine's; a restart to the address that it came up with is needless, unless its
    file was changed meanwhile, and so is one that no epoch asked for."""
    stirs = (Stir(host="shop1", what="boot", at=125.0),)
    first, second = h.SHOP.boots
    up = Boot(at=126.0, db_host=h.OLD)
    late_boots = (first, up, replace(second, at=127.0))
    booted = replace(h.SHOP, boots=late_boots, stirs=stirs)
    moved = h.drafts(without=Kind.HOST, at=122.0)
    known = h.telling(h.GOOD, (*moved, (127.5, h.host("shop1", "changed", h.SECOND))))
    assert not {RESTARTS, VERDICTS} & broken(replace(known, hosts=(booted,))).keys()
    right = replace(up, db_host=h.NEW)
    needless = replace(booted, boots=(first, right, replace(second, at=127.0)))
    assert "same DB_HOST" in broken(replace(known, hosts=(needless,)))[RESTARTS]
    before = (replace(stirs[0], found=h.NEW),)
    assert (
        "same DB_HOST" in broken(replace(known, hosts=(replace(needless, stirs=before),)))[RESTARTS]
    )
    meanwhile = (replace(stirs[0], found=h.OLD),)
    assert RESTARTS not in broken(replace(known, hosts=(replace(needless, stirs=meanwhile),)))
    twice = replace(booted, boots=(*late_boots, Boot(at=130.0, db_host=h.OLD)))
    assert "no new epoch" in broken(replace(known, hosts=(twice,)))[RESTARTS]


def test_a_light_host_takes_no_orders() -> None:
    """Of it file and last start are looked at, and a wrong one is named."""
    light = replace(OTHER, name="light01", sells=False)
    drafts = (*h.DRAFTS, (122.05, h.host("light01", "changed", h.SECOND)))
    history = replace(h.telling(h.GOOD, drafts), hosts=(h.SHOP, light))
    assert broken(history) == {}
    astray = replace(history, hosts=(h.SHOP, replace(light, running=h.OLD)))
    assert "light01: its shop runs with 10.77.0.21" in " ".join(broken(astray).values())

"""Every invariant can say no: each test takes a good drill and breaks one thing in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deploy.lab.drill.history import Boot, History, HostHistory, Leadership, Writing
from deploy.lab.drill.invariants import ALL, check_all
from jobs.audit import Entry, Kind
from jobs.fence import Fence
from tests.unit.deploy.lab import histories as h

HOSTS, FENCES, ORDERS, TRAIL, RESTARTS, VERDICTS, SLACK, SECRETS, ALERTS, LIVING = (
    one.name for one in ALL
)


def broken(history: History) -> dict[str, str]:
    """The invariants that did not hold, with their evidence."""
    return {one.name: one.evidence for one in check_all(history) if not one.held}


def with_host(**changes: object) -> History:
    return replace(h.GOOD, hosts=(replace(h.SHOP, **changes),))  # type: ignore[arg-type]


def with_entries(*entries: Entry) -> History:
    return replace(h.GOOD, entries=entries)


def test_a_good_drill_holds_them_all() -> None:
    """Nothing is broken, and each invariant tells what it is proven by."""
    assert broken(h.GOOD) == {}
    assert all(one.evidence for one in check_all(h.GOOD))


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (with_host(file=h.OLD), "its file says 10.77.0.21"),
        (with_host(running=h.OLD), "its shop runs with 10.77.0.21"),
        (with_host(running=None), "its shop runs with None"),
        (replace(h.GOOD, orders=h.GOOD.orders[:2]), "last order was acknowledged by 10.77.0.21"),
        (replace(h.GOOD, hosts=()), "no managed host"),
        (replace(h.GOOD, leaderships=h.LEADERSHIPS[:1]), "nobody led"),
    ],
    ids=["file", "shop", "silent", "orders", "nobody-looked", "leaderless"],
)
def test_a_wrong_host_is_named(history: History, said: str) -> None:
    """File, running shop and the orders' own member must all be the confirmed leader."""
    assert said in broken(history)[HOSTS]


@pytest.mark.parametrize(
    "lower",
    [
        replace(h.FIRST, epoch=12),
        replace(h.SECOND, pg_timeline=1, epoch=99),
        Fence(system="7000000000000000002", pg_timeline=9, epoch=99),
    ],
    ids=["epoch", "timeline", "system"],
)
def test_a_lower_fence_is_seen(lower: Fence) -> None:
    """Either part of a fence lower, or another system, breaks the invariant."""
    assert str(lower) in broken(with_host(fences=(h.FIRST, h.SECOND, lower)))[FENCES]


def test_a_lower_fence_is_seen_in_the_trail_too() -> None:
    """A late job's change under an old fence shows although the journal was not sampled then."""
    late = h.chain((*h.DRAFTS, (123.0, h.host("shop1", "resumed", replace(h.FIRST, epoch=14)))))
    assert "trail" in broken(with_entries(*late))[FENCES]


def test_a_change_whose_fence_the_journal_never_held_is_seen() -> None:
    """The host's own word is missing, or whoever reads it is blind."""
    assert f"changed under {h.SECOND}" in broken(with_host(fences=(h.FIRST,)))[FENCES]


def test_a_lost_order_is_found() -> None:
    """An acknowledged order that is not stored breaks it, one never answered does not."""
    assert "o-3" in broken(replace(h.GOOD, stored=frozenset({"o-1"})))[ORDERS]


def test_a_ghost_member_is_found() -> None:
    """An order acknowledged by the old leader after the new one took writes is no good one."""
    ghost = h.order("o-5", at=120.6, member=h.OLD)
    history = replace(h.GOOD, orders=(*h.GOOD.orders, ghost), stored=h.GOOD.stored | {"o-5"})
    assert "did not lead then" in broken(history)[ORDERS]


def test_the_old_leader_may_acknowledge_until_the_new_one_takes_writes() -> None:
    """Until its promotion the synchronous standby still receives what the old leader wrote."""
    last = h.order("o-5", at=120.2, member=h.OLD)
    history = replace(h.GOOD, orders=(*h.GOOD.orders, last), stored=h.GOOD.stored | {"o-5"})
    assert broken(history) == {}


def test_the_new_leader_may_have_written_long_before() -> None:
    """In a long drill everybody has led once: what counts is when it took writes this time."""
    before, now = (Writing(member="pg2", since=at, until=at + 5) for at in (20.0, 120.4))
    long = replace(h.GOOD, writable={"pg2": 20.0}, writing=(before, now))
    last = h.order("o-5", at=120.3, member=h.OLD)
    history = replace(long, orders=(*h.GOOD.orders, last), stored=h.GOOD.stored | {"o-5"})
    assert broken(history) == {}
    late = replace(last, sent=120.5, ended=120.51)
    history = replace(history, orders=(*h.GOOD.orders, late))
    assert "did not lead then" in broken(history)[ORDERS]
    assert "did not lead then" in broken(replace(history, writing=()))[ORDERS]


def test_two_members_on_one_timeline_are_a_split_brain() -> None:
    """An order acknowledged by the new leader on the old one's PostgreSQL timeline shows."""
    twin = replace(h.order("o-5", at=122.5, member=h.NEW), pg_timeline=1)
    history = replace(h.GOOD, orders=(*h.GOOD.orders, twin), stored=h.GOOD.stored | {"o-5"})
    assert "timeline 1" in broken(history)[ORDERS]


def test_orders_of_the_unmanaged_host_do_not_count() -> None:
    """It is left to itself, and excluded."""
    assert broken(replace(h.GOOD, stored=frozenset({"o-1", "o-3"}))) == {}


def test_without_orders_nothing_is_proven() -> None:
    """A drill without customers must not pass."""
    assert "nothing is proven" in broken(replace(h.GOOD, orders=()))[ORDERS]


def test_a_missing_entry_is_found() -> None:
    """The chain breaks, whichever entry is taken out of its middle."""
    for gone in range(1, len(h.GOOD.entries) - 1):
        left = (*h.GOOD.entries[:gone], *h.GOOD.entries[gone + 1 :])
        assert "is missing" in broken(with_entries(*left))[TRAIL]


def test_a_changed_entry_is_found() -> None:
    """An entry edited after it was written does not hash to what it says."""
    first = h.GOOD.entries[0]
    edited = replace(first, body=first.body.replace("pg2", "pg3"))
    assert "changed" in broken(with_entries(edited, *h.GOOD.entries[1:]))[TRAIL]


def test_an_anchor_that_the_trail_contradicts_is_found() -> None:
    """A chain recomputed from the middle on verifies by itself; etcd remembers better."""
    forged = h.chain([(at + 0.001, draft) for at, draft in h.DRAFTS])
    assert "etcd notes" in broken(with_entries(*forged))[TRAIL]
    assert "noted in etcd" in broken(replace(h.GOOD, anchors=()))[TRAIL]


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ({"e-1", "e-2", "e-3"}, "e-3 stands 0 times"),
        ({"e-1"}, "e-2 stands in the trail but was never accepted"),
    ],
)
def test_accepted_events_and_the_trail_agree(accepted: set[str], said: str) -> None:
    """Every event answered with 202 is there, and no other."""
    assert said in broken(replace(h.GOOD, accepted=frozenset(accepted)))[TRAIL]


def test_an_event_recorded_twice_is_found() -> None:
    """Exactly once means once."""
    twice = h.chain((*h.DRAFTS, (123.0, h.event("e-2"))))
    assert "e-2 stands 2 times" in broken(with_entries(*twice))[TRAIL]


@pytest.mark.parametrize(
    ("boots", "said"),
    [
        ((*h.SHOP.boots, Boot(at=123.0, db_host=h.NEW)), "same DB_HOST"),
        ((*h.SHOP.boots, Boot(at=123.0, db_host=h.OLD)), "which no new epoch asked for"),
        (h.SHOP.boots[:1], "never restarted"),
    ],
    ids=["twice", "back", "never"],
)
def test_a_wrong_restart_is_counted(boots: tuple[Boot, ...], said: str) -> None:
    """One restart an epoch where the leader changed, none for anything else."""
    assert said in broken(with_host(boots=boots))[RESTARTS]


def test_a_host_that_needed_nothing_is_not_restarted() -> None:
    """The leader is the same before and after: one start is right, a second one is not."""
    again = Leadership(member="pg1", address=h.OLD, epoch=36, since=120.1)
    calm = HostHistory(name="shop1", file=h.OLD, running=h.OLD, boots=h.SHOP.boots[:1])
    history = replace(h.GOOD, leaderships=(h.LEADERSHIPS[0], again), hosts=(calm,))
    assert RESTARTS not in broken(history)
    needless = replace(calm, boots=(*calm.boots, Boot(at=121.0, db_host=h.OLD)))
    assert "same DB_HOST" in broken(replace(history, hosts=(needless,)))[RESTARTS]


def test_a_change_needs_a_confirmed_verdict_before_it() -> None:
    """A verdict that comes afterwards, or of another epoch, does not count."""
    never = h.drafts(without=Kind.VERDICT, at=120.5)
    assert "without a verdict" in broken(with_entries(*h.chain(never)))[VERDICTS]
    late = (*never, (123.0, h.confirmed("pg2", h.SECOND)))
    assert "without a verdict" in broken(with_entries(*h.chain(late)))[VERDICTS]


@pytest.mark.parametrize(
    ("at", "member", "says"),
    [
        (121.0, "pg1", ""),
        (120.4, "pg1", "member pg1 was changed"),
        (121.0, "pg2", "pg2 was isolated although it leads"),
    ],
    ids=["stale", "unproven", "leader"],
)
def test_a_member_is_isolated_by_a_confirmed_verdict_on_another(
    at: float, member: str, says: str
) -> None:
    """A stop is a change too: right after the verdict, wrong before it, and never of the leader."""
    isolating = (at, h.isolating(member, h.SECOND))
    drafts = sorted((*h.DRAFTS, isolating), key=lambda d: d[0])
    found = broken(with_entries(*h.chain(drafts))).get(VERDICTS, "")
    assert (says in found) if says else not found


def test_a_restart_that_the_trail_does_not_tell_is_found() -> None:
    """A shop restarted by nobody knows whom is a change without a verdict."""
    silent = h.chain(h.drafts(without=Kind.HOST, at=122.0))
    assert "1 restarts, but 0 in the trail" in broken(with_entries(*silent))[VERDICTS]


def test_a_secret_is_found_wherever_it_shows() -> None:
    """The place and the secret's name are told, the secret is not."""
    secret = h.GOOD.secrets["no. 1"]
    evidence = broken(replace(h.GOOD, places={"ps": f"sh -c PGPASSWORD={secret} psql"}))[SECRETS]
    assert evidence == "ps shows the secret no. 1"


def test_an_empty_search_proves_nothing() -> None:
    """No place, or no secret to look for, is no proof."""
    assert SECRETS in broken(replace(h.GOOD, places={}))
    assert SECRETS in broken(replace(h.GOOD, secrets={}))


def test_a_place_that_did_not_answer_proves_nothing() -> None:
    """A page that could not be read was not searched."""
    places = {**h.GOOD.places, "the page /": "could not be read: HTTP Error 500"}
    assert "the page / could not be read" in broken(replace(h.GOOD, places=places))[SECRETS]


def test_a_restart_whose_worker_died_is_explained_by_a_held_fence() -> None:
    """The next worker finds the host done: that accounts for one restart, and for no second one."""
    held = (122.0, h.host("shop1", "held", h.SECOND))
    told = h.chain((*h.drafts(without=Kind.HOST, at=122.0), held))
    assert "shop1" not in broken(with_entries(*told)).get(VERDICTS, "")


def test_a_ghost_is_named() -> None:
    """A stored order must have been sent by somebody; one that was never answered may be stored."""
    ghost = replace(h.GOOD, stored=h.GOOD.stored | {"o-2", "never-sent"})
    assert broken(ghost)[ORDERS] == "order never-sent is stored, and nobody ever sent it"
    assert broken(replace(h.GOOD, stored=h.GOOD.stored | {"o-2"})) == {}


def test_a_process_that_ended_by_itself_is_named() -> None:
    """Whoever was killed on purpose is started again before the end."""
    assert broken(replace(h.GOOD, ended=("clock",)))[LIVING] == "clock has ended"

"""What of two sightings is news: once, in order, and in words that the webhook takes."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jobs.balancer.found import FoundNode
from jobs.balancer.wanted import wanted
from jobs.event import Event, parse_event, to_json
from jobs.inventory import Address
from jobs.probe.news import event, news, place_of, taken
from jobs.probe.sighting import (
    MISSING,
    PORTLESS,
    THERE,
    SeenNode,
    Sighting,
    Told,
    dump_told,
    load_told,
    sight,
)
from tests.unit.jobs.probe.values import INVENTORY, SHOP


def node(member: str = "pg1", status: str = "UP", mode: str = "accept") -> SeenNode:
    address = f"10.0.0.{member[-1]}:5432"
    return SeenNode(address=address, label=member, member=member, status=status, mode=mode)


def seen(*nodes: SeenNode, standing: str = THERE) -> Sighting:
    return Sighting(standing=standing, nodes=nodes)


def told(*nodes: SeenNode) -> Told:
    return Told(sighting=seen(*nodes))


def events(before: Told, now: Sighting) -> list[Event]:
    """All events, each one taken before the next is made."""
    made = []
    while waiting := news(before, now):
        made.append(event(waiting[0], told=before, name="front", table=SHOP, sender="probe"))
        before = taken(before, waiting[0])
    return made


def test_what_is_as_it_was_told_is_no_news() -> None:
    """Neither is another order of the same nodes, which is the API's affair."""
    assert news(told(node("pg1"), node("pg2")), seen(node("pg2"), node("pg1"))) == ()


def test_a_flip_is_one_event_with_both_statuses() -> None:
    """Who, where, from what to what."""
    [made] = events(told(node("pg1")), seen(node("pg1", "DOWN")))
    assert made.cluster == "shop"
    assert made.data == {
        "balancer": "front",
        "member": "pg1",
        "label": "pg1",
        "address": "10.0.0.1:5432",
        "status": "DOWN",
        "was": "UP",
        "mode": "accept",
    }


def test_a_changed_mode_is_news_too() -> None:
    """Its status may stay as it is: what takes traffic has changed."""
    [made] = events(told(node()), seen(node(mode="reject")))
    assert (made.data["mode"], made.data["mode_was"], made.data["status"]) == (
        "reject",
        "accept",
        "UP",
    )


def test_nodes_that_come_and_go_are_told() -> None:
    """One that vanished says what it was, one that appeared says that it was not."""
    gone, come = events(told(node("pg1")), seen(node("pg2", "unknown")))
    assert (gone.data["member"], gone.data["status"], gone.data["was"]) == ("pg1", "gone", "UP")
    assert (come.data["member"], come.data["status"]) == ("pg2", "unknown")
    assert "was" not in come.data


def test_a_balancer_that_is_gone_is_one_event() -> None:
    """Its nodes went with it: three more sentences would say nothing. What differs after its return is told."""
    before = told(node("pg1"), node("pg2", "DOWN"))
    [made] = events(before, seen(standing=MISSING))
    assert made.data == {"balancer": "front", "status": "missing", "was": "there"}
    gone = taken(before, news(before, seen(standing=MISSING))[0])
    back, flipped = events(gone, seen(node("pg1", "unknown"), node("pg2", "DOWN")))
    assert (back.data["status"], back.data["was"]) == ("there", "missing")
    assert (flipped.data["member"], flipped.data["was"]) == ("pg1", "UP")


def test_a_port_without_configuration_is_told_as_such() -> None:
    """The balancer is there, and answers nobody."""
    [made] = events(told(node()), seen(standing=PORTLESS))
    assert made.data["status"] == "portless"


def test_a_flip_that_was_undone_is_none() -> None:
    """While nobody could be told, the node went down and came back: there is nothing to look at."""
    before = told(node())
    assert len(news(before, seen(node(status="DOWN")))) == 1
    assert news(before, seen(node())) == ()


def test_ids_repeat_after_a_crash_and_never_otherwise() -> None:
    """The same news of the same memory has the same id; the next flip to the same status another."""
    before, down, up = told(node()), seen(node(status="DOWN")), seen(node())
    first, again = events(before, down), events(before, down)
    assert [e.id for e in first] == [e.id for e in again]
    after = before
    ids = []
    for now in (down, up, down, up):
        ids += [e.id for e in events(after, now)]
        after = taken(after, news(after, now)[0])
    assert len(set(ids)) == 4


def test_other_news_of_the_same_count_has_another_id() -> None:
    """What was posted and not remembered must not hide what is seen now."""
    before = told(node("pg1"), node("pg2"))
    [one] = events(before, seen(node("pg1", "DOWN"), node("pg2")))
    [two] = events(before, seen(node("pg1"), node("pg2", "DOWN")))
    assert one.id != two.id


def test_two_balancers_do_not_share_ids() -> None:
    """Two of one cluster, with the same nodes behind them."""
    [change] = news(told(node()), seen(node(status="DOWN")))
    tables = SHOP, SHOP.model_copy(update={"label": "nb-other"})
    made = [event(change, told=told(node()), name="front", table=t, sender="probe") for t in tables]
    assert len({one.id for one in made}) == len({place_of(t) for t in tables}) == 2


def test_a_sighting_names_members_by_address() -> None:
    """A node at an address that is no member's has none, whatever its label says."""
    found = (
        FoundNode(id=1, label="anything", address=Address(host="10.0.0.1"), status="UP"),
        FoundNode(id=2, label="pg2", address=Address(host="10.9.9.9"), status="DOWN"),
    )
    one, two = sight(wanted(INVENTORY, "front"), found).nodes
    assert (one.member, one.status) == ("pg1", "UP")
    assert (two.member, two.label, two.address) == (None, "pg2", "10.9.9.9:5432")


nodes = st.builds(
    node,
    st.sampled_from(["pg1", "pg2", "pg3"]),
    st.sampled_from(["UP", "DOWN", "unknown"]),
    st.sampled_from(["accept", "reject"]),
)
sightings = st.builds(
    lambda standing, found: seen(
        *sorted({n.address: n for n in found}.values(), key=lambda n: n.address), standing=standing
    ),
    st.sampled_from([THERE, PORTLESS, MISSING]),
    st.lists(nodes, max_size=4),
)


@given(sightings, sightings)
def test_whoever_takes_all_news_knows_what_is_seen(before: Sighting, now: Sighting) -> None:
    """Taking the first news again and again ends, with nothing left to tell."""
    known, steps = Told(sighting=before), 0
    while waiting := news(known, now):
        known, steps = taken(known, waiting[0]), steps + 1
        assert steps <= 7
    assert known.sighting.standing == now.standing
    assert now.standing != THERE or known.sighting == now
    assert known.count == steps


@given(sightings, st.integers(0, 10**9))
def test_memory_survives_its_text(sighting: Sighting, count: int) -> None:
    """What was kept is what comes back."""
    kept = Told(sighting=sighting, count=count)
    assert load_told(dump_told(kept)) == kept


def test_a_text_that_is_no_memory_is_none() -> None:
    """Another version's, a cut one, or somebody else's: the next poll counts as the first."""
    good = json.loads(dump_told(told(node())))
    del good["sighting"]["nodes"][0]["mode"]
    for text in (None, "", "{", "[]", "3", '{"count": 1}', json.dumps(good)):
        assert load_told(text) is None


@given(st.text(max_size=300), st.text(max_size=300))
def test_the_webhook_takes_whatever_the_api_says(label: str, status: str) -> None:
    """Odd characters and long texts are made fit; the event is parsed as it was meant."""
    odd = replace(node(), label=label, status=status)
    [made] = events(told(node("pg2")), seen(node("pg2"), odd))
    parsed = parse_event(to_json(made))
    assert parsed == made

from dataclasses import replace

import pytest

from jobs.audit import GENESIS, Head, Span
from tests.contract.ledger.desks import Desk, walked
from tests.contract.ledger.values import CLUSTER, ODD, draft


def test_entries_are_chained_in_order(desk: Desk) -> None:
    """Every entry follows the one before it, from the genesis hash on, with Redis' instant."""
    before = desk.ledger.state(CLUSTER).now
    for number in range(3):
        desk.ledger.append(CLUSTER, [draft(f"e{number}")])
    entries = list(desk.ledger.entries(CLUSTER))
    assert [entry.facts["id"] for entry in entries] == ["e0", "e1", "e2"]
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert entries[0].prev == GENESIS
    assert all(before <= entry.at / 1e6 <= before + 60 for entry in entries)
    assert walked(desk, CLUSTER).head == entries[-1].hash


def test_an_id_is_appended_once(desk: Desk) -> None:
    """The same draft id, in one call or in two, is one entry, and it is the first."""
    desk.ledger.append(CLUSTER, [draft("e", n=1), draft("e", n=2)])
    desk.ledger.append(CLUSTER, [draft("e", n=3), draft("f")])
    assert [entry.facts["evidence"] for entry in desk.ledger.entries(CLUSTER)] == [{"n": 1}, {}]


@pytest.mark.parametrize(
    "text", ["", "é😀\u2028", 'quote " and \\ backslash', "line\nand\ttab\x00\x1f", "x" * 70_000]
)
def test_any_text_survives(desk: Desk, text: str) -> None:
    """The body that comes out is the body that was hashed, whatever stands in it."""
    made = draft("e", text=text, number=12345678901234567, nested=[[], {}, None, 1.5])
    desk.ledger.append(CLUSTER, [made])
    (entry,) = desk.ledger.entries(CLUSTER)
    assert entry.body == made.body()
    assert walked(desk, CLUSTER).entries == 1


def test_one_long_append_is_read_back_whole(desk: Desk) -> None:
    """More entries than a page, in one step and read from any place on."""
    desk.ledger.append(CLUSTER, [draft(f"e{number}") for number in range(1101)])
    assert walked(desk, CLUSTER).entries == 1101
    assert [entry.seq for entry in desk.ledger.entries(CLUSTER, after=1098)] == [1099, 1100, 1101]
    assert list(desk.ledger.entries(CLUSTER, after=1101)) == []


def test_clusters_do_not_touch_each_other(desk: Desk) -> None:
    """A trail per cluster, whatever characters a name has; the same id stands in each."""
    for cluster in (CLUSTER, ODD, f"{CLUSTER}:head", "*"):
        desk.ledger.append(cluster, [draft("e", cluster=cluster)])
        assert walked(desk, cluster).entries == 1


def test_a_trail_nobody_wrote_is_empty(desk: Desk) -> None:
    """An unknown cluster has no entries and an empty state."""
    assert list(desk.ledger.entries("nobody")) == []
    state = desk.ledger.state("nobody")
    assert (state.incident, state.flight, state.hosts, state.settled.number) == (None, None, {}, 0)


def test_a_range_is_read_alone(desk: Desk) -> None:
    """From one number to another, and nothing around them."""
    desk.ledger.append(CLUSTER, [draft(f"e{number}") for number in range(20)])
    assert [e.seq for e in desk.ledger.entries(CLUSTER, after=4, upto=7)] == [5, 6, 7]
    assert list(desk.ledger.entries(CLUSTER, after=7, upto=7)) == []


def test_the_head_is_the_newest_entry(desk: Desk) -> None:
    """Number, hash and instant; the genesis hash where there is no entry."""
    assert desk.ledger.head(CLUSTER) == Head()
    desk.ledger.append(CLUSTER, [draft(f"e{number}") for number in range(3)])
    *_, newest = desk.ledger.entries(CLUSTER)
    assert desk.ledger.head(CLUSTER) == Head(seq=3, hash=newest.hash, at=newest.at)


def test_many_heads_are_asked_for_at_once(desk: Desk) -> None:
    """Each cluster has its own, in one call; one that nobody wrote has the empty one."""
    for number in range(3):
        desk.ledger.append(f"c{number}", [draft(f"e{n}") for n in range(number + 1)])
    heads = desk.ledger.heads(["c0", "c1", "c2", "nobody"])
    assert [head.seq for head in heads.values()] == [1, 2, 3, 0]
    assert all(head == desk.ledger.head(name) for name, head in heads.items())
    assert desk.ledger.heads([]) == {}


def test_incidents_are_found_without_reading_the_trail(desk: Desk) -> None:
    """Newest first, with their first and last entries; a repeated draft moves nothing."""
    told = [("a", None), ("b", "i-1"), ("c", "i-2"), ("d", "i-1"), ("e", None), ("b", "i-1")]
    for id_, incident in told:
        desk.ledger.append(CLUSTER, [replace(draft(id_), incident=incident)])
    first = Span(incident="i-1", first=2, last=4)
    second = Span(incident="i-2", first=3, last=3)
    assert list(desk.ledger.spans(CLUSTER, count=10)) == [second, first]
    assert list(desk.ledger.spans(CLUSTER, count=1)) == [second]
    assert list(desk.ledger.spans(CLUSTER, count=10, before=3)) == [first]
    assert desk.ledger.span(CLUSTER, "i-1") == first
    assert desk.ledger.span(CLUSTER, "i-9") is None

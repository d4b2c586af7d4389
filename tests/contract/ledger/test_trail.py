import pytest

from jobs.audit import GENESIS
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

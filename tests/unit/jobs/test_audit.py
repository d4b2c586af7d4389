"""The chain and its codec: what was written can be proven, and what was changed shows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.audit import GENESIS, Draft, Entry, Kind, from_line, link, to_line, verify

scalars = st.none() | st.booleans() | st.integers() | st.text()
evidence = st.dictionaries(
    st.text(), scalars | st.lists(scalars) | st.dictionaries(st.text(), scalars)
)
drafts = st.builds(
    Draft,
    id=st.text(min_size=1),
    kind=st.sampled_from(Kind),
    incident=st.none() | st.text(),
    seconds=st.none() | st.floats(min_value=0, max_value=1e6, allow_nan=False),
    evidence=evidence,
)


def chained(bodies: list[Draft]) -> list[Entry]:
    """Entries as the ledger makes them."""
    entries: list[Entry] = []
    head = GENESIS
    for seq, draft in enumerate(bodies, start=1):
        at, body = 1_700_000_000_000_000 + seq, draft.body()
        head_before, head = head, link(prev=head, seq=seq, at=at, body=body)
        entries.append(Entry(seq=seq, at=at, body=body, prev=head_before, hash=head))
    return entries


THREE = [Draft(id=str(n), kind=Kind.EVENT, evidence={"n": n}) for n in range(3)]


@given(st.lists(drafts, min_size=1, max_size=5))
def test_entry_survives_its_codec(bodies: list[Draft]) -> None:
    """A line of an export rebuilds the very same entry, hash included."""
    entries = chained(bodies)
    assert [from_line(to_line(entry)) for entry in entries] == entries


@given(st.lists(drafts, max_size=6))
def test_untouched_chain_verifies(bodies: list[Draft]) -> None:
    """Whatever was written, in the order in which it was written, verifies to its head."""
    entries = chained(bodies)
    found = verify(entries)
    assert (found.bad, found.entries) == (None, len(entries))
    assert found.head == (entries[-1].hash if entries else GENESIS)


@pytest.mark.parametrize("position", range(3))
def test_edited_entry_is_named(position: int) -> None:
    """One changed byte of one body shows at that entry."""
    entries = chained(THREE)
    entries[position] = replace(
        entries[position], body=entries[position].body.replace('"n":', '"m":')
    )
    assert verify(entries).bad == position + 1


def test_deleted_inserted_and_reordered_entries_are_named() -> None:
    """A hole, a stranger and a swap each break the chain where they are."""
    entries = chained(THREE)
    assert "entry 2 is missing" in verify([entries[0], entries[2]]).reason
    assert verify([entries[1], entries[0], entries[2]]).bad == 2
    stranger = replace(entries[1], seq=3)
    assert verify([entries[0], entries[1], stranger]).bad == 3


def test_moved_instant_is_named() -> None:
    """The instant is part of what is hashed."""
    entries = chained(THREE)
    entries[1] = replace(entries[1], at=entries[1].at + 1)
    assert verify(entries).bad == 2


@pytest.mark.parametrize("line", ["", "[]", "{}", '{"seq": 1}', "nonsense"])
def test_line_that_is_none_is_refused(line: str) -> None:
    """A torn or foreign line is a ValueError, never an entry."""
    with pytest.raises(ValueError):
        from_line(line)

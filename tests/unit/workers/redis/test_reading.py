"""What somebody put into the stream instead of numbers: it is read as 0, which no entry of a true trail has."""

from __future__ import annotations

import pytest

from workers.redis.reading import entry_from


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1795637564461537", 1795637564461537),
        ("9" * 18, 0),  # no calendar has it
        ("-5", 0),
        ("", 0),
        ("1e9", 0),
    ],
)
def test_an_instant_that_is_none_is_read_as_nought(text: str, read: int) -> None:
    """So that everything can be shown, and `verify` says who is wrong."""
    _, entry = entry_from(f"3-0\n3\n{text}\np\nh\n{{}}".encode())
    assert (entry.seq, entry.at, entry.body) == (3, read, "{}")

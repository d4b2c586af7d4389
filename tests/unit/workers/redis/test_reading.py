"""What Redis answers, read: numbers that are none are 0, and what did not change is read once."""

from __future__ import annotations

import pytest

from jobs.fence import Fence
from jobs.state import HostRecord, Pause, dump
from workers.redis.reading import States, entry_from


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


FENCE = Fence(system="7", pg_timeline=1, epoch=4)
HELD = HostRecord(epoch=4, attempt=1, outcome="swapped", fence=FENCE)


def answer(now: int, *, paused: bool = False) -> list[object]:
    """As state.lua answers for a cluster with one host."""
    pause = Pause(by="dba", why="night", until=9.0)
    kept = [b"pause", dump(pause).encode()] if paused else []
    hosts = [b"web1", dump(HELD).encode()]
    return [str(now).encode(), b"", b"", b"", kept, hosts, [], []]


def test_what_rests_is_read_once() -> None:
    """The same objects, of a later instant; whoever compares them need not look inside."""
    states = States()
    first, again = (states.read("shop", answer(now)) for now in (5_000_000, 7_000_000))
    assert (first.now, again.now) == (5.0, 7.0)
    assert first.hosts == {"web1": HELD}
    assert again.hosts is first.hosts
    assert again.settled is first.settled


def test_what_changed_is_read_anew() -> None:
    """Also where it changes back, and of each cluster by itself."""
    states = States()
    answers = (answer(1), answer(2, paused=True), answer(3))
    paused = [states.read("shop", one).pause is not None for one in answers]
    assert paused == [False, True, False]
    assert states.read("crm", answer(4, paused=True)).cluster == "crm"
    assert states.read("shop", answer(5)).pause is None

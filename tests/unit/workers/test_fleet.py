"""Many hosts at once, and nobody waits for one that hangs."""

from __future__ import annotations

import threading
import time

import pytest

from tests.waiting import until
from workers.fleet import ThreadFleet


def test_results_come_as_they_end() -> None:
    """A host that hangs delays no other one's report."""
    hangs = threading.Event()

    def work(item: str) -> str:
        return item if item == "quick" or hangs.wait(20) else "late"

    results = ThreadFleet().each(["slow", "quick"], work)
    assert next(results) == ("quick", "quick")
    hangs.set()
    assert list(results) == [("slow", "slow")]


def test_who_leaves_early_leaves_at_once_and_begins_nothing_more() -> None:
    """A job's time limit, raised in the loop, is not held up by a host that hangs."""
    hangs, begun = threading.Event(), list[int]()
    before = set(threading.enumerate())

    def work(item: int) -> None:
        begun.append(item)
        if item:
            hangs.wait(20)

    results = ThreadFleet(width=2).each(range(5), work)
    next(results)
    until(lambda: len(begun) == 3)  # both threads hang
    began = time.monotonic()
    results.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 5
    hangs.set()
    until(lambda: set(threading.enumerate()) <= before)
    assert sorted(begun) == [0, 1, 2]


def test_bug_reaches_whoever_waits() -> None:
    """An exception is raised in the loop, not lost in its thread."""

    def work(item: int) -> float:
        return 1 / item

    with pytest.raises(ZeroDivisionError):
        list(ThreadFleet().each([0], work))


def test_no_hosts_are_no_work() -> None:
    """Nothing to do ends at once."""
    assert list(ThreadFleet().each([], str)) == []

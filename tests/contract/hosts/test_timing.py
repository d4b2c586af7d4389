"""How long a warm host takes; a failover is made of these."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from jobs.remote import Outcome
from tests.contract.hosts.worlds import RealWorld, fence, shop

ROUNDS = 15
LIMIT = 0.4  # seconds for a median, on a machine that does other things too


def median(work: Callable[[int], object]) -> float:
    times = []
    for number in range(ROUNDS):
        began = time.monotonic()
        work(number)
        times.append(time.monotonic() - began)
    return statistics.median(times)


@pytest.mark.parametrize("user", ["root", "deploy"])
def test_warm_read_and_swap_take_tens_of_milliseconds(
    real: RealWorld, user: str, measured: Callable[[str], None]
) -> None:
    """Median of a read, of a fence raised, and of a swap without commands, services and checks."""
    real.host = real.machine.host(user)
    bare = shop(real, after=(), services=(), check=None)
    full = replace(bare, app=replace(bare.app, after=("true",), check="true"))
    bare.read()

    def swap(number: int) -> None:
        assert bare.move(b"ab"[number % 2 :][:1], fence(200 + number)).outcome in Outcome

    def swap_all(number: int) -> None:
        assert full.move(b"cd"[number % 2 :][:1], fence(300 + number)).outcome == Outcome.CHANGED

    read = median(lambda _: bare.read())
    raised = median(lambda number: bare.move(b"a", fence(100 + number)))
    swapped = median(swap)
    whole = median(swap_all)
    measured(
        f"warm, as {user}, median of {ROUNDS}: read {read * 1000:.0f} ms, fence raised "
        f"{raised * 1000:.0f} ms, swap {swapped * 1000:.0f} ms, with command and check {whole * 1000:.0f} ms"
    )
    assert max(read, raised, swapped) < LIMIT

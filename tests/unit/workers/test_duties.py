"""Several duties in one process: one that fails or hangs holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from workers.processes.duties import Round, begin_all, end_all


@dataclass(slots=True)
class Counting:
    """Counts its ticks; `hangs` holds it, `fails` is how often it fails first."""

    fails: int = 0
    hangs: threading.Event | None = None
    ticks: int = 0
    left: int = 0
    well: threading.Event = field(default_factory=threading.Event)

    def tick(self) -> None:
        self.ticks += 1
        if self.hangs is not None:
            self.hangs.wait(20)
        if self.ticks <= self.fails:
            raise RuntimeError("a bug")
        if self.ticks > 5:
            self.well.set()

    def leave(self) -> None:
        self.left += 1


def round_of(duty: Counting) -> Round:
    return Round(name="test", make=lambda: duty, every=0.001, after_failure=0.001)


@contextmanager
def going(*duties: Counting) -> Iterator[list[Round]]:
    rounds = [round_of(duty) for duty in duties]
    begin_all(rounds)
    yield rounds
    end_all(rounds, within=5)


def test_one_that_hangs_holds_up_no_other() -> None:
    """Slack's silence is not the metrics' silence."""
    released = threading.Event()
    hanging, other = Counting(hangs=released), Counting()
    with going(hanging, other):
        assert other.well.wait(20)
        assert hanging.ticks == 1
        released.set()
    assert other.left == 1


def test_one_that_fails_is_begun_anew() -> None:
    """A bug costs its own round; nobody else notices, and it goes on afterwards."""
    failing, other = Counting(fails=3), Counting()
    with going(failing, other) as rounds:
        assert failing.well.wait(20)
        assert other.well.wait(20)
        assert rounds[0].failures == 3
        assert rounds[0].thread.is_alive()


def test_one_that_cannot_begin_is_tried_again() -> None:
    """A secret that cannot be read for a moment, say."""
    duty = Counting()
    made: list[int] = []

    def make() -> Counting:
        made.append(1)
        if len(made) < 3:
            raise OSError("not yet")
        return duty

    one = Round(name="test", make=make, every=0.001, after_failure=0.001)
    begin_all([one])
    assert duty.well.wait(20)
    end_all([one], within=5)
    assert (len(made), duty.left) == (3, 1)


def test_ending_waits_no_longer_than_it_may() -> None:
    """Who hangs is left behind; it does nothing more once it comes back."""
    released = threading.Event()
    hanging = Counting(hangs=released)
    [one] = rounds = [round_of(hanging)]
    begin_all(rounds)
    end_all(rounds, within=0.05)
    assert one.thread.is_alive()
    released.set()
    one.join(20)
    assert hanging.ticks <= 1

"""Who must lead at the end, and how often that may have changed."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant


def _not_moved(history: History) -> Iterator[str]:
    before, now = history.before, history.leader
    if before is None or now is None:
        yield "somebody must lead before the fault and at the end"
    elif before.member == now.member:
        yield f"{now.member} leads as before the fault"


def _not_stayed(history: History) -> Iterator[str]:
    before, now = history.before, history.leader
    if before is None or now is None:
        yield "somebody must lead before the fault and at the end"
    elif (before.member, before.epoch) != (now.member, now.epoch):
        yield _led(history)


def _another_member(history: History) -> Iterator[str]:
    before, now = history.before, history.leader
    if before is None or now is None or before.member != now.member:
        yield _led(history)


def _led(history: History) -> str:
    before, now = history.before, history.leader
    was = f"before, {before.member} in {before.epoch}" if before else "before, nobody"
    return f"{now.member} leads in epoch {now.epoch}; {was}" if now else f"nobody leads; {was}"


MOVED = Invariant("another member leads in the end", _not_moved, _led)
STAYED = Invariant("nobody else leads, and the epoch is the same", _not_stayed, _led)
SAME_MEMBER = Invariant("the same member leads afterwards", _another_member, _led)
"""What an outage of etcd leaves behind may be a new epoch, of the same member."""


def changed_leader(times: int, *, at_least: bool = False) -> Invariant:
    """So many new leaderships since the fault; `at_least` where more do not hurt."""

    def wrong(history: History) -> Iterator[str]:
        count = _count(history)
        if count < times or (count > times and not at_least):
            yield f"the leader changed {often(count)}"

    words = "at least " if at_least else ""
    return Invariant(f"the leader changes {words}{often(times)}", wrong, _told)


def often(times: int) -> str:
    """As one says it: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(times, f"{times} times")


def _count(history: History) -> int:
    return sum(one.since > history.fault for one in history.leaderships)


def _told(history: History) -> str:
    led = (f"{one.member} ({one.epoch})" for one in history.leaderships)
    return "leaders in order: " + ", ".join(led)


def _not_back(history: History) -> Iterator[str]:
    """Faults of a change that must have been undone by another: who led before leads again."""
    if _count(history) < 2:  # noqa: PLR2004 - there and back
        yield "the leadership never left and returned"
    yield from _another_member(history)


CHANGES_BACK = Invariant("the leadership leaves and returns", _not_back, _told)

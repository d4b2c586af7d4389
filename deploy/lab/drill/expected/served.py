"""How long customers went without: spans between orders that were acknowledged, whoever did that."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from deploy.lab.drill.expected.timed import Band, band_of, words
from deploy.lab.drill.expected.touched import since
from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant

STEADY = 2.0
"""Seconds between two orders that no customer calls a break: they come ten a second, on a busy machine."""


def interrupted(lab: Band, *, default: Band | None = None) -> Invariant:
    """Each managed host's longest time without an acknowledged order since the fault lies in a
    band; `default` as in `band_of`."""

    def band(history: History) -> Band:
        return band_of(history, lab, default)

    def wrong(history: History) -> Iterator[str]:
        least, most = band(history)
        for host, longest in _breaks(history, history.fault):
            if not least <= longest <= most:
                yield f"{host}: {longest:.1f} s without an order, {words(band(history))}"

    return Invariant(
        "customers go without an order as long as expected",
        wrong,
        lambda history: f"{_told(history)}, {words(band(history))}",
    )


def served_until(mark: str | None = None) -> Invariant:
    """Customers order without a break from the fault to a marked instant; without one, to the end."""

    def end(history: History) -> float | None:
        return None if mark is None else since(history, mark)

    def wrong(history: History) -> Iterator[str]:
        for host, longest in _breaks(history, history.fault, end(history)):
            if longest > STEADY:
                yield f"{host}: {longest:.1f} s without an order"

    until = f" until {mark}" if mark else ""
    return Invariant(
        f"customers order without a break{until}",
        wrong,
        lambda history: _told(history, end(history)),
    )


def _told(history: History, end: float | None = None) -> str:
    breaks = _breaks(history, history.fault, end)
    return ", ".join(f"{host} {longest:.1f} s" for host, longest in breaks)


def _breaks(
    history: History, begin: float, end: float | None = None
) -> Iterator[tuple[str, float]]:
    """Each managed host's longest time without an acknowledged order. The end of time is when the last
    attempt of anybody ended."""
    last = max((order.ended for order in history.managed), default=begin)
    over = last if end is None else min(end, last)
    for host in history.shops:
        mine = [o.ended for o in history.acknowledged if o.host == host.name]
        within = sorted(at for at in mine if begin < at < over)
        yield host.name, max(b - a for a, b in pairwise([begin, *within, max(begin, over)]))

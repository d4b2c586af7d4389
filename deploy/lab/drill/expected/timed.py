"""How long things may take, in bands: machines differ, and a point would only be true on one of them."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.times import resumed_at, times
from jobs.audit import Kind

Band = tuple[float, float]
"""Seconds, at least and at most."""


def band_of(history: History, lab: Band, default: Band | None) -> Band:
    """The band of the drill's profile; `default` is the one with Patroni's own timing, where it differs."""
    return default if default is not None and history.profile == "default" else lab


def words(band: Band) -> str:
    return f"expected {band[0]:g} to {band[1]:g} s"


def outage(least: float, most: float, *, default: Band | None = None) -> Invariant:
    """Every managed host takes orders of a new leader between so many seconds after the fault;
    `default` as in `band_of`."""

    def band(history: History) -> Band:
        return band_of(history, (least, most), default)

    def wrong(history: History) -> Iterator[str]:
        took, (low, high) = times(history).writes_resumed, band(history)
        if took is None or not low <= took <= high:
            yield f"after {took} s, {words(band(history))}"

    return Invariant(
        "writes resume in the expected time",
        wrong,
        lambda history: f"after {times(history).writes_resumed} s, {words(band(history))}",
    )


def takes_orders(within: float, *, but_for: str = "") -> Invariant:
    """Every managed host takes an order so soon after the new leader's first writable moment."""

    def wrong(history: History) -> Iterator[str]:
        took = _after_writable(history)
        if took is None or took > within:
            yield f"{took} s after the new leader took its first write"

    although = f" although {but_for}" if but_for else ""
    return Invariant(
        f"every host takes orders within {within:g} s{although}",
        wrong,
        lambda history: f"{_after_writable(history)} s after the new leader took its first write",
    )


def _after_writable(history: History) -> float | None:
    """Seconds from the first writable moment after the fault to the last host's first order."""
    new = history.after
    writable = history.writable.get(new.member) if new else None
    resumed = [resumed_at(history, host.name) for host in history.shops]
    known = [at for at in resumed if at is not None]
    if writable is None or len(known) < len(resumed) or not known:
        return None
    return round(max(known) - writable, 3)


def again_within(mark: str, within: float, *, name: str) -> Invariant:
    """Every managed host takes an order by the new leader so soon after a marked instant; `name` says
    what happened then."""

    def took(history: History) -> float | None:
        at, resumed = history.marks.get(mark), [resumed_at(history, h.name) for h in history.hosts]
        known = [one for one in resumed if one is not None]
        if at is None or len(known) < len(resumed) or not known:
            return None
        return round(max(known) - at, 3)

    def wrong(history: History) -> Iterator[str]:
        if (seconds := took(history)) is None or not 0 < seconds <= within:
            yield f"{seconds} s after {name}"

    return Invariant(
        f"every host takes orders within {within:g} s of {name}",
        wrong,
        lambda history: f"{took(history)} s after it",
    )


def taken_over(within: float, *, fault: str = "KillWorker") -> Invariant:
    """Whoever was left by a dead worker is in another's hands so many seconds after its death."""

    def wrong(history: History) -> Iterator[str]:
        took = _takeover(history, fault)
        if took is None or took > within:
            yield "nobody took over" if took is None else f"taken over after {took} s"

    return Invariant(
        f"a dead worker's hosts are taken over within {within:g} s",
        wrong,
        lambda history: f"taken over {_takeover(history, fault)} s after the death",
    )


def _takeover(history: History, fault: str) -> float | None:
    died = next((one.at for one in history.injected if one.fault == fault), None)
    if died is None:
        return None
    taken = (history.told_at(e) for e in history.later(died) if e.facts["kind"] == Kind.TAKEN_OVER)
    at = next(taken, None)
    return None if at is None else round(at - died, 3)

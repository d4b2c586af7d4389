"""What must hold of one host that is in trouble, and of the others, whom that must not slow down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain

from deploy.lab.drill.expected.touched import since
from deploy.lab.drill.history import Boot, History, HostHistory
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.invariants.hosts import foreign
from deploy.lab.drill.times import resumed_at
from jobs.audit import Entry, Kind
from jobs.remote import HOLDS


def others_take_orders(within: float, *, but: str) -> Invariant:
    """Every other host takes an order so soon after the new leader's first writable moment."""

    def wrong(history: History) -> Iterator[str]:
        took = _slowest(history, but)
        if took is None or took > within:
            yield f"{took} s after the new leader took its first write"

    return Invariant(
        f"the other hosts take orders within {within:g} s",
        wrong,
        lambda history: f"{_slowest(history, but)} s after the new leader took its first write",
    )


def _slowest(history: History, but: str) -> float | None:
    new = history.after
    writable = history.writable.get(new.member) if new else None
    resumed = [resumed_at(history, host.name) for host in history.shops if host.name != but]
    known = [at for at in resumed if at is not None]
    if writable is None or len(known) < len(resumed) or not known:
        return None
    return round(max(known) - writable, 3)


def untouched_until(mark: str, host: str) -> Invariant:
    """From the fault to a mark the host neither came to hold a new fence nor was restarted."""

    def wrong(history: History) -> Iterator[str]:
        until = since(history, mark)
        for entry in _of_host(history, host, Kind.HOST):
            if history.told_at(entry) < until and entry.facts["evidence"]["outcome"] in HOLDS:
                yield f"entry {entry.seq}: {host} {entry.facts['evidence']['outcome']}"
        for boot in ours(history, host):
            if history.fault < boot.at < until:
                yield f"restarted {boot.at - history.fault:.1f} s after the fault"

    name = f"{host} is not changed before {mark}"
    return Invariant(name, wrong, lambda history: _failures(history, host))


def _failures(history: History, host: str) -> str:
    told = (e.facts["evidence"]["outcome"] for e in _of_host(history, host, Kind.HOST))
    return "tried in vain: " + (", ".join(one for one in told if one not in HOLDS) or "never")


def follows_once(mark: str, host: str, *, within: float, restarts: int = 1) -> Invariant:
    """So soon after a mark the host follows, and was restarted so often for it since the fault."""

    def wrong(history: History) -> Iterator[str]:
        took, started = _followed(history, mark, host), len(_since_fault(history, host))
        if took is None or took > within:
            yield f"it followed {took} s after that"
        if started != restarts:
            yield f"it was restarted {started} times since the fault"

    return Invariant(
        f"{host} follows within {within:g} s of {mark}, restarted {_times(restarts)}",
        wrong,
        lambda history: f"{_followed(history, mark, host)} s after that",
    )


def _times(count: int) -> str:
    return {0: "not at all", 1: "once"}.get(count, f"{count} times")


def _followed(history: History, mark: str, host: str) -> float | None:
    at, leader = since(history, mark), history.leader
    for entry in _of_host(history, host, Kind.HOST):
        evidence = entry.facts["evidence"]
        newest = leader is not None and evidence["fence"]["epoch"] == leader.epoch
        if history.told_at(entry) > at and evidence["outcome"] in HOLDS and newest:
            return round(history.told_at(entry) - at, 3)
    return None


def _since_fault(history: History, host: str) -> list[Boot]:
    return [boot for boot in ours(history, host) if boot.at > history.fault]


def ours(history: History, host: str) -> list[Boot]:
    """The starts of a host's shop but for those that others made."""
    found = [one for one in history.hosts if one.name == host]
    return [b for b in chain(*(one.boots for one in found)) if b not in _theirs(found)]


def _theirs(hosts: Collection[HostHistory]) -> set[Boot]:
    return {boot for host in hosts for boot in foreign(host)}


def named(host: str, *, outcomes: Collection[str]) -> Invariant:
    """An alarm names the host, once an epoch for each way in which it fails, and it fails in these ways only."""

    def wrong(history: History) -> Iterator[str]:
        ways = ways_named(history, host)
        if not ways:
            yield f"nobody named {host}"
        yield from (f"{way} is said {n} times" for way, n in Counter(ways).items() if n > 1)
        yield from (f"it is said to be {one}" for one in {*map(outcome_of, ways)} - {*outcomes})

    words = " or ".join(outcomes)
    return Invariant(
        f"an alarm names {host}, once an epoch and way: {words}",
        wrong,
        lambda history: ", ".join(ways_named(history, host)),
    )


def ways_named(history: History, host: str, *, after: float | None = None) -> list[str]:
    """The epochs and outcomes (`36:timeout`) that alarms name a host with, since an instant or else since
    the fault."""
    alarms = (e.facts for e in history.later(after) if e.facts["kind"] == Kind.ALARM)
    found = (f["id"].partition(f":left:{host}:")[2] for f in alarms)
    return [way for way in found if way]


def outcome_of(way: str) -> str:
    return way.partition(":")[2]


def open_until(mark: str) -> Invariant:
    """No incident concludes between the fault and a mark."""

    def wrong(history: History) -> Iterator[str]:
        until = since(history, mark)
        for entry in history.later():
            if entry.facts["kind"] == Kind.CONCLUDED and history.told_at(entry) < until:
                yield f"entry {entry.seq} concludes {entry.facts['incident']}"

    return Invariant(
        f"the incident stays open until {mark}", wrong, lambda _: "it concluded afterwards"
    )


def _of_host(history: History, host: str, kind: Kind) -> Iterator[Entry]:
    for entry in history.later():
        if entry.facts["kind"] == kind and entry.facts["evidence"].get("host") == host:
            yield entry


def drift_mended(host: str, *, told: float, within: float) -> Invariant:
    """What somebody edited on a host is told as drift, and then its shop started anew, both so soon."""

    def wrong(history: History) -> Iterator[str]:
        said, mended = _drift(history, host), _mended(history, host)
        if said is None or said > told:
            yield f"told as drift {said} s after the edit"
        if mended is None or mended > within:
            yield f"mended {mended} s after the edit"

    def proof(history: History) -> str:
        return f"told after {_drift(history, host)} s, mended after {_mended(history, host)} s"

    return Invariant(
        f"what was edited on {host} is told within {told:g} s and mended within {within:g} s",
        wrong,
        proof,
    )


def _edited(history: History, host: str) -> float:
    mine = [stir for one in history.hosts if one.name == host for stir in one.stirs]
    return next((stir.at for stir in mine if stir.what == "edit"), float("inf"))


def _drift(history: History, host: str) -> float | None:
    told = [history.told_at(entry) for entry in _of_host(history, host, Kind.DRIFT)]
    return round(told[0] - _edited(history, host), 3) if told else None


def _mended(history: History, host: str) -> float | None:
    edit = _edited(history, host)
    later = [boot.at for boot in ours(history, host) if boot.at > edit]
    return round(later[0] - edit, 3) if later else None

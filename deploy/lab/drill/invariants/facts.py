"""What several invariants read from a trail: its changes, its fences, its kinds."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.drill.history import History
from jobs.audit import Entry, Kind
from jobs.fence import Fence

SLACK = 0.05
"""Seconds by which an observer's instant may lag behind the fact."""

MUTATED = frozenset({"changed", "resumed"})


def mutations(history: History) -> Iterator[Entry]:
    return (entry for entry in history.entries if mutates(entry))


ANNOUNCED = frozenset({Kind.BALANCER, Kind.DNS, Kind.ISOLATION})
"""Kinds whose changes are told right before they are made."""


def mutates(entry: Entry) -> bool:
    """Whether an entry tells of a change: of a host, of something at Linode, or of a stale member."""
    facts = entry.facts
    if facts["kind"] in ANNOUNCED:
        return bool(facts["evidence"]["outcome"] == "changing")
    return facts["kind"] == Kind.HOST and facts["evidence"]["outcome"] in MUTATED


def explained(history: History) -> Iterator[Entry]:
    """Entries that account for a restart: a change, or a host that held the fence already, because
    the worker that brought it there died before it could tell."""
    hosts = (e for e in history.entries if e.facts["kind"] == Kind.HOST)
    return (e for e in hosts if e.facts["evidence"]["outcome"] in {*MUTATED, "held"})


def fence_of(entry: Entry) -> Fence:
    return Fence(**entry.facts["evidence"]["fence"])


def gaps(history: History) -> Iterator[Entry]:
    return of_kind(history, Kind.GAP)


def lost_in_gaps(history: History) -> frozenset[Entry]:
    """Entries that were seen to be lost, in a chain of which a gap's entry names a link: its hash stands for
    all of them, however many entries Redis had taken by then in their place."""
    marks = {(seq, mark) for gap in gaps(history) for seq, mark in gap.facts["evidence"]["lost"]}
    chains: list[list[Entry]] = []
    for entry in history.lost:
        if chains and entry.prev == chains[-1][-1].hash:
            chains[-1].append(entry)
        else:
            chains.append([entry])
    told = (chain for chain in chains if any((one.seq, one.hash) in marks for one in chain))
    return frozenset(entry for chain in told for entry in chain)


def of_kind(history: History, kind: Kind) -> Iterator[Entry]:
    return (entry for entry in history.entries if entry.facts["kind"] == kind)

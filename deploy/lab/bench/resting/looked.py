"""Some quiet minutes of one lab: everything is read at their beginning and at their end, and nothing in between."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from deploy.lab.bench.resting.counts import Counts, counted
from deploy.lab.bench.resting.ground import Rest
from deploy.lab.bench.resting.spent import Memory, memory_of, seconds_of
from deploy.lab.bench.resting.wire import Asked, Wire, owners
from deploy.lab.bench.resting.world import Size
from deploy.lab.network import standing_in

VERSION = "/version"
"""What the watch asks to see whether an endpoint lives: no request of the kind that etcd counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What `seconds` of rest came to. `cpu` is processor seconds, by process; `asked` who asked whom, as the
    wire had it; `counts` what those who were asked counted, the feeder's and our own taken off;
    `warm` SSH connections that stood at the end, by process."""

    size: Size
    seconds: float
    cpu: Mapping[str, float]
    memory: Mapping[str, Memory]
    counts: Counts
    asked: Counter[Asked]
    warm: Mapping[str, int]
    moved: int

    @property
    def minutes(self) -> float:
        return self.seconds / 60


def looked_at(rest: Rest, *, seconds: float) -> Look:
    """Look at a lab for so long."""
    pids, password = rest.pids(), rest.lab.secrets.redis
    with _listening(rest) as wire:
        heads = _heads(rest)
        before, fed, began = counted(password), rest.feeder.requests, time.monotonic()
        spent = {name: seconds_of(pid) for name, pid in pids.items()}
        time.sleep(seconds)
        cpu = {name: seconds_of(pid) - spent[name] for name, pid in rest.pids().items()}
        took = time.monotonic() - began
        counts = counted(password).since(before)
        fed = rest.feeder.requests - fed
        asked = Counter(wire.asked)
    counts.etcd["Txn"] -= fed
    counts.etcd[VERSION] = sum(n for one, n in asked.items() if one.word == VERSION)
    return Look(
        size=rest.size,
        seconds=took,
        cpu=cpu,
        memory={name: memory_of(pid) for name, pid in pids.items()},
        counts=counts,
        asked=asked,
        warm=warm_of(pids),
        moved=sum(_heads(rest).values()) - sum(heads.values()),
    )


@contextmanager
def _listening(rest: Rest) -> Iterator[Wire]:
    with standing_in(rest.lab.machines["control"]):
        wire = Wire(rest.pids)
    wire.begin()
    try:
        yield wire
    finally:
        wire.end()


def _heads(rest: Rest) -> Mapping[str, int]:
    return {c: head.seq for c, head in rest.ledger.heads(rest.size.names).items()}


def warm_of(pids: Mapping[str, int]) -> Mapping[str, int]:
    """How many connections to port 22 each process holds."""
    found = Counter(owners(pids, at=22).values())
    return {name: found[name] for name in pids}

"""What larger storms take, foretold from measured ones: nobody can try 10,000 clusters on two processors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

SHARE = 0.7
"""How busy a process may be in the mean of a storm: above that, waiting in line grows out of hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`fixed` whatever the storm's size, and `each` for every incident of it; both in seconds."""

    fixed: float
    each: float

    def at(self, count: int) -> float:
        """What a storm of so many incidents comes to."""
        return self.fixed + self.each * count


def line_through(first: tuple[int, float], second: tuple[int, float]) -> Line:
    """The line through two measured storms, each a number of incidents and what it came to. A fixed part
    below nothing is none."""
    (few, less), (many, more) = sorted((first, second))
    each = (more - less) / (many - few)
    fixed = less - each * few
    return Line(fixed=fixed, each=each) if fixed >= 0 else Line(fixed=0.0, each=more / many)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Processor seconds of one incident, by whom. `alone` are the processes of which one acts in an
    installation, however many there are: each has one processor at most. `web` may be multiplied
    behind one address, `worker` on any number of machines; `asked` is what hosts, members and etcd
    compute while a worker waits for them, and `trips` how often it waits for the network."""

    alone: Mapping[str, float]
    web: float
    worker: float
    asked: float
    trips: float

    def held(self, *, trip: float) -> float:
        """Seconds that an incident keeps one worker or another busy, where nobody is short of a processor;
        `trip` are the seconds of the network there and back."""
        redis = self.alone.get("Redis", 0.0)
        return self.worker + self.asked + redis + self.trips * trip

    @property
    def narrow(self) -> str:
        """The process that has most to do of those that cannot be multiplied."""
        return max(self.alone, key=lambda name: self.alone[name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a storm needs to be over in time. `processors` are those of all worker machines together, and
    `installations` how many pgbatons, each with its Redis and its watch, must share the clusters: one is
    enough where the narrowest process of it comes to an end in time."""

    workers: int
    processors: int
    webs: int
    installations: int


def plan(costs: Costs, *, clusters: int, within: float, latency: float, trip: float) -> Plan | None:
    """What `clusters` incidents need to be concluded `within` seconds, where one alone takes `latency`;
    None where even that one comes too late."""
    left = (within - latency) * SHARE
    if left <= 0:
        return None
    return Plan(
        workers=_ceil(clusters * costs.held(trip=trip) / left),
        processors=_ceil(clusters * costs.worker / left),
        webs=_ceil(clusters * costs.web / left),
        installations=_ceil(clusters * costs.alone[costs.narrow] / left),
    )


def _ceil(number: float) -> int:
    return max(1, math.ceil(number))


def foretold(few: tuple[int, float], most: tuple[int, float], count: int) -> float:
    """Seconds per incident of a storm between two measured ones, each given as its number of incidents
    and the seconds that it took."""
    return line_through(few, most).at(count) / count

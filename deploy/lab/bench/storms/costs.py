"""From measured storms to what one incident more costs, without what a storm's seconds cost anyway."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from deploy.lab.bench.storms.model import Costs, line_through
from deploy.lab.bench.storms.played import Storm

ALONE = ("watch", "Redis")
"""Of these one acts, and every incident passes through both."""
ASKED = ("etcd", "hosts", "stand-in")
TRIPS = ("evalsha", "exec", "blmove")
"""Commands that a process sends and waits for; all others travel with them, or run inside of them."""
HOST_TRIPS = 12
"""Round trips of a cold connection to a host and of its two commands; a warm one has half of them."""


def costs_of(few: Sequence[Storm], most: Sequence[Storm]) -> Costs:
    """By the line through storms of two sizes."""

    def each(value: Callable[[Storm], float]) -> float:
        ends = ((s[0].count, statistics.median(map(value, s))) for s in (few, most))
        return max(0.0, line_through(*ends).each)

    def seconds(*names: str) -> float:
        return each(lambda storm: sum(storm.cost.seconds[name] for name in names))

    return Costs(
        alone={name: seconds(name) for name in ALONE},
        web=seconds("web"),
        worker=seconds("worker"),
        asked=seconds(*ASKED),
        trips=HOST_TRIPS + each(_trips),
    )


def _trips(storm: Storm) -> float:
    return sum(storm.cost.redis.get(name, (0, 0))[0] for name in TRIPS) + sum(
        storm.cost.etcd.values()
    )

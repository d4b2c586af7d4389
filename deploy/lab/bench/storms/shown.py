"""Storms as rows, pictures and sentences."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from deploy.lab.bench.result import Group, Row, Series
from deploy.lab.bench.storms.course import STAGES, stages
from deploy.lab.bench.storms.model import foretold
from deploy.lab.bench.storms.played import Storm

FLAT = 1.2
"""What an incident may take in the largest storm over the smallest."""
NEAR = 1.25
"""How far the line through the smallest and the largest storm may be off between them, either way: a
third of a machine's processors may be somebody else's for a while, a quadratic term would be off by more."""


def flat(storms: Sequence[Storm]) -> Row:
    """Seconds per incident, the largest storm over the smallest."""
    few, most = _ends(storms)
    return Row(
        name="storm-per-incident",
        what=f"seconds per incident, {most} clusters at once over {few}",
        ours=_each(storms, most),
        beside=_each(storms, few),
        limit=FLAT,
    )


def all_concluded(storms: Sequence[Storm]) -> Row:
    """Nothing is left open, and nothing counts that did not end as it should."""
    return Row(
        name="storm-all-concluded",
        what="incidents concluded as they should be, over leaders lost",
        ours=float(sum(storm.checked.concluded for storm in storms)),
        beside=float(sum(storm.count for storm in storms)),
        unit="incidents",
        limit=1.0,
        sense="at least",
    )


def model_holds(storms: Sequence[Storm]) -> Row:
    """The sizes between, as foretold from the two ends."""
    few, most = ((n, n * _each(storms, n)) for n in _ends(storms))
    between = sorted({s.count for s in storms} - set(_ends(storms)))
    off = {n: foretold(few, most, n) / _each(storms, n) for n in between}
    return Row(
        name="storm-model",
        what=f"the model against what {' and '.join(map(str, between))} clusters took, the farthest off",
        ours=max(max(ratio, 1 / ratio) for ratio in off.values()),
        unit="×",
        limit=NEAR,
        over="ours alone",
    )


def groups(storms: Sequence[Storm]) -> Iterator[Group]:
    """Time by size, stage by stage, then what was spent on an incident."""
    each = _by_size(storms, lambda storm: [1000 * storm.each])
    yield Group(title="milliseconds per incident", series=_series(each, unit="ms"))
    for stage in STAGES:
        told = _by_size(storms, partial(_stage, stage))
        yield Group(title=stage, series=_series(told, unit="s"))
    largest = of(storms, _ends(storms)[1])
    names = largest[0].cost.seconds
    spent = {n: [1000 * s.cost.seconds[n] / s.count for s in largest] for n in names}
    title = f"processor milliseconds of one incident, {largest[0].count} clusters at once"
    yield Group(title=title, series=_series(spent, unit="ms"))


def _stage(stage: str, storm: Storm) -> Sequence[float]:
    return stages(storm.checked.courses)[stage]


def of(storms: Sequence[Storm], count: int) -> Sequence[Storm]:
    """Those of one size."""
    return [storm for storm in storms if storm.count == count]


def _ends(storms: Sequence[Storm]) -> tuple[int, int]:
    counts = [storm.count for storm in storms]
    return min(counts), max(counts)


def _each(storms: Sequence[Storm], count: int) -> float:
    return statistics.median(storm.each for storm in of(storms, count))


def _by_size(
    storms: Sequence[Storm], values: Callable[[Storm], Sequence[float]]
) -> dict[str, list[float]]:
    counts = sorted({storm.count for storm in storms})
    return {f"{n} clusters": [v for s in of(storms, n) for v in values(s)] for n in counts}


def _series(named: dict[str, list[float]], *, unit: str) -> Sequence[Series]:
    return [Series(name=name, values=values, unit=unit) for name, values in named.items()]


def notes(storms: Sequence[Storm]) -> Iterator[str]:
    """What was counted on the way."""
    few, most = (of(storms, n)[-1] for n in _ends(storms))
    yield (
        "one watch stream at etcd served all clusters; all application hosts of the inventory are one "
        "machine with one sshd, each with an address, a file and a journal of its own"
    )
    for storm in (few, most):
        calls = sorted(storm.cost.redis.items(), key=lambda one: -one[1][1])[:6]
        told = ", ".join(f"{n / storm.count:.1f} {name}" for name, (n, _) in calls)
        asked = ", ".join(f"{n / storm.count:.1f} {name}" for name, n in storm.cost.etcd.items())
        yield f"{storm.count} clusters, for each incident: Redis {told}; etcd {asked}"

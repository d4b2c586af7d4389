"""Storms as rows, pictures and sentences."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from deploy.lab.bench.result import Group, Row, Series
from deploy.lab.bench.storms.costs import costs_of
from deploy.lab.bench.storms.course import STAGES, stages
from deploy.lab.bench.storms.model import Costs, foretold, plan
from deploy.lab.bench.storms.played import Storm

FLAT = 1.2
"""What an incident may take in the largest storm over the smallest."""
NEAR = 1.25
"""How far the line through the smallest and the largest storm may be off between them, either way. Storms
that take turns differ by a fifth on a machine with other things to do; one whose incidents cost twice as
much where there are twice as many would be off by four."""
TRIP = 0.0005
"""Seconds to another machine of the same region and back."""
LARGER = ((1000, 10.0), (1000, 30.0), (10_000, 30.0), (10_000, 60.0))
"""Clusters, and the seconds within which all of their incidents are to be over."""


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


def groups(
    storms: Sequence[Storm], alone: Sequence[Storm], spread: Sequence[Storm]
) -> Iterator[Group]:
    """Time by size, stage by stage, then what was spent on an incident, and by how many machines."""
    each = _by_size((*storms, *alone), lambda storm: [1000 * storm.each])
    yield Group(title="milliseconds per incident", series=_series(each, unit="ms"))
    for stage in STAGES:
        told = _by_size(storms, partial(_stage, stage))
        yield Group(title=stage, series=_series(told, unit="s"))
    ours = _by_size((*storms, *alone), lambda storm: [1000 * storm.cost.ours / storm.count])
    title = "processor milliseconds of one incident: pgbaton, Redis and etcd"
    yield Group(title=title, series=_series(ours, unit="ms"))
    largest = of(storms, _ends(storms)[1])
    names = largest[0].cost.seconds
    spent = {n: [1000 * s.cost.seconds[n] / s.count for s in largest] for n in names}
    title = f"processor milliseconds of one incident, {largest[0].count} clusters at once"
    yield Group(title=title, series=_series(spent, unit="ms"))
    shares = {_machines(s): [1000 * w / s.count for w in s.cost.workers] for s in spread}
    title = (
        f"processor milliseconds of one incident in each worker, {spread[0].count} clusters at once"
    )
    yield Group(title=title, series=_series(shares, unit="ms"))


def handshakes(cold: Storm, warm: Storm) -> Group:
    """What a connection that is there already saves."""
    named = {
        f"{how}: {who}": [1000 * storm.cost.seconds[key] / storm.count]
        for how, storm in (("cold", cold), ("warm", warm))
        for who, key in (("workers", "worker"), ("hosts", "hosts"))
    }
    title = f"processor milliseconds of one incident, {cold.count} clusters at once, cold and warm"
    return Group(title=title, series=_series(named, unit="ms"))


def _machines(storm: Storm) -> str:
    workers = len(storm.cost.workers)
    return f"{storm.machines} machine{'s' if storm.machines > 1 else ''}, {workers} workers"


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
    return {_clusters(n): [v for s in of(storms, n) for v in values(s)] for n in counts}


def _clusters(count: int) -> str:
    return f"{count} cluster{'s' if count > 1 else ''}"


def _series(named: dict[str, list[float]], *, unit: str) -> Sequence[Series]:
    return [Series(name=name, values=values, unit=unit) for name, values in named.items()]


def notes(
    storms: Sequence[Storm], alone: Sequence[Storm], spread: Sequence[Storm]
) -> Iterator[str]:
    """What was counted on the way, and what it foretells."""
    few, most = (of(storms, n) for n in _ends(storms))
    yield (
        "one watch stream at etcd served all clusters; all application hosts of the inventory are one "
        "machine with one sshd, each with an address, a file and a journal of its own; no connection to "
        "them is warm, so that every incident pays a handshake"
    )
    yield from map(_counted, (few[-1], most[-1]))
    yield "workers on several machines, which share this one's processors here: " + "; ".join(
        f"{_machines(s)}: {s.seconds:.1f} s, {1000 * s.cost.seconds['worker'] / s.count:.0f} ms of all "
        f"workers for each incident"
        for s in spread
    )
    latency = statistics.median(storm.seconds for storm in alone)
    yield from foretelling(costs_of(few, most), latency)


def _counted(storm: Storm) -> str:
    calls = sorted(storm.cost.redis.items(), key=lambda one: -one[1][1])[:6]
    told = ", ".join(f"{n / storm.count:.1f} {name}" for name, (n, _) in calls)
    asked = ", ".join(f"{n / storm.count:.1f} {name}" for name, n in storm.cost.etcd.items())
    return f"{storm.count} clusters, for each incident: Redis {told}; etcd {asked}"


def foretelling(costs: Costs, latency: float) -> Iterator[str]:
    """What larger storms need, by the model, one sentence a size and time."""
    yield (
        f"one incident more costs {1000 * costs.worker:.0f} ms of a worker's processor, holds a worker for "
        f"{1000 * costs.held(trip=TRIP):.0f} ms, and takes "
        + ", ".join(f"{1000 * s:.1f} ms of {name}" for name, s in costs.alone.items())
        + f" and {1000 * costs.web:.1f} ms of web; one alone is over after {latency:.2f} s"
    )
    for clusters, within in LARGER:
        found = plan(costs, clusters=clusters, within=within, latency=latency, trip=TRIP)
        if found is None:
            yield f"{clusters} clusters within {within:.0f} s: one alone takes longer"
            continue
        yield (
            f"{clusters} clusters within {within:.0f} s, foretold: {found.workers} workers on "
            f"{found.processors} processors, {found.webs} web, and {found.installations} "
            f"installation{'s' if found.installations > 1 else ''} ({costs.narrow} is the narrowest)"
        )

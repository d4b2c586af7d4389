"""Many clusters lose their leader within one second: what an incident takes must not grow with their number."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.lab.bench.families import Wish
from deploy.lab.bench.result import Group, Measured, Row, Series
from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.checked import Checked, check
from deploy.lab.bench.storms.course import STAGES, stages
from deploy.lab.bench.storms.ground import Ground, open_ground
from deploy.lab.bench.storms.meters import Reading, read
from deploy.lab.bench.storms.struck import Struck, first_leaders, strike, until_concluded
from deploy.lab.drill.screen import Screen
from deploy.lab.machine import LabError

FEW, MOST = 50, 400
LIMIT = 1.2
"""What an incident may take in the largest storm over the smallest."""
TURNS = (FEW, MOST, 100, 200, MOST, FEW)
QUICK = (5, 20, 10, 20, 5)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """One storm of so many clusters: what it took from the first loss to the last conclusion, what it
    cost, and whether its result is true."""

    count: int
    machines: int
    seconds: float
    cost: Reading
    checked: Checked

    @property
    def each(self) -> float:
        return self.seconds / self.count


def measure(wish: Wish) -> Measured:
    """Storms of all sizes by turns on one ground; the clusters' first leaders are the warm-up."""
    sizes = QUICK if wish.quick else TURNS
    few, most = min(sizes), max(sizes)
    screen = Screen()
    with open_ground(most, machines=1) as ground:
        epochs = first_leaders(ground, crowd.clusters(most))
        ground.settle(most, machines=1)
        until_concluded(ground, epochs)
        screen.say(f"{most} clusters have a leader")
        storms = [_storm(ground, count, machines=1, say=screen.say) for count in sizes]
    return Measured(
        family="storm", rows=(_flat(storms, few, most), _all(storms)), groups=tuple(_groups(storms))
    )


def _storm(ground: Ground, count: int, *, machines: int, say: Say) -> Storm:
    """LabError, which shows what was wrong, where the storm's result is not what it should be."""
    names = crowd.clusters(count)
    ground.settle(count, machines=machines)
    before, struck = read(ground), strike(ground, names)
    until_concluded(ground, struck.epochs)
    cost, checked = read(ground) - before, check(ground, struck)
    if checked.wrong:
        raise LabError("the storm did not end as it should:\n" + "\n".join(checked.wrong[:20]))
    storm = Storm(
        count=count,
        machines=machines,
        seconds=_took(struck, checked),
        cost=cost,
        checked=checked,
    )
    say(f"{count} clusters: {storm.seconds:.1f} s, {1000 * storm.each:.0f} ms an incident")
    return storm


def _took(struck: Struck, checked: Checked) -> float:
    return max(course.concluded for course in checked.courses) - struck.began


def _of(storms: Sequence[Storm], count: int) -> Sequence[Storm]:
    return [storm for storm in storms if storm.count == count]


def _flat(storms: Sequence[Storm], few: int, most: int) -> Row:
    ours, beside = (
        statistics.median(storm.each for storm in _of(storms, count)) for count in (most, few)
    )
    return Row(
        name="storm-per-incident",
        what=f"seconds per incident, {most} clusters over {few} at once",
        ours=ours,
        beside=beside,
        limit=LIMIT,
    )


def _all(storms: Sequence[Storm]) -> Row:
    return Row(
        name="storm-all-concluded",
        what="incidents that ended as they should, over leaders that were lost",
        ours=float(sum(storm.checked.concluded for storm in storms)),
        beside=float(sum(storm.count for storm in storms)),
        unit="incidents",
        limit=1.0,
        sense="at least",
    )


def _groups(storms: Sequence[Storm]) -> Sequence[Group]:
    counts = sorted({storm.count for storm in storms})
    each = tuple(
        Series(name=f"{n} clusters", values=[1000 * s.each for s in _of(storms, n)], unit="ms")
        for n in counts
    )
    return Group(title="milliseconds per incident", series=each), *_stage_groups(storms, counts)


def _stage_groups(storms: Sequence[Storm], counts: Sequence[int]) -> Sequence[Group]:
    told = {
        n: stages([course for storm in _of(storms, n) for course in storm.checked.courses])
        for n in counts
    }
    return [
        Group(
            title=stage,
            series=[Series(name=f"{n} clusters", values=told[n][stage]) for n in counts],
        )
        for stage in STAGES
    ]

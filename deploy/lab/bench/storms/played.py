"""A storm from its first loss to its proof: what it took, what it cost, and that its result is true."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from deploy.lab.bench.storms import crowd
from deploy.lab.bench.storms.checked import Checked, check
from deploy.lab.bench.storms.ground import Ground
from deploy.lab.bench.storms.meters import Reading, read
from deploy.lab.bench.storms.struck import Struck, strike, until_concluded
from deploy.lab.machine import LabError

SHOWN = 20
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """One storm of so many clusters, with workers on so many machines: what it took from the first loss
    to the last conclusion, and what was spent meanwhile."""

    count: int
    machines: int
    seconds: float
    cost: Reading
    checked: Checked

    @property
    def each(self) -> float:
        return self.seconds / self.count


def play(ground: Ground, count: int, *, machines: int, say: Say) -> Storm:
    """The first `count` clusters lose their leaders. LabError, which shows what was wrong, where the
    result is not what it should be."""
    before, struck = read(ground), strike(ground, crowd.clusters(count))
    until_concluded(ground, struck.epochs)
    cost, checked = read(ground) - before, check(ground, struck)
    if checked.wrong:
        wrong = "\n".join(checked.wrong[:SHOWN])
        raise LabError(f"a storm of {count} did not end as it should:\n{wrong}")
    seconds = _took(struck, checked)
    say(f"{count} clusters: {seconds:.1f} s, {1000 * seconds / count:.0f} ms an incident")
    return Storm(count=count, machines=machines, seconds=seconds, cost=cost, checked=checked)


def _took(struck: Struck, checked: Checked) -> float:
    return max(course.concluded for course in checked.courses) - struck.began

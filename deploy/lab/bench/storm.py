"""Many clusters lose their leader within one second: what an incident takes must not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deploy.lab.bench.families import Wish
from deploy.lab.bench.result import Measured
from deploy.lab.bench.storms import crowd, shown
from deploy.lab.bench.storms.ground import Ground, open_ground
from deploy.lab.bench.storms.played import Say, Storm, play
from deploy.lab.bench.storms.struck import first_leaders, until_concluded
from deploy.lab.drill.screen import Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Which storms are played: `sizes` by turns, `alone` so many incidents one by one, and `spread` as
    many clusters with workers on each number of `machines`, and once with warm connections."""

    sizes: Sequence[int] = (50, 400, 100, 200, 400, 50)
    alone: int = 5
    spread: int = 100
    machines: Sequence[int] = (1, 2, 4)


QUICK = Scale(sizes=(5, 20, 10, 20, 5), alone=2, spread=10, machines=(1, 2))


def measure(wish: Wish) -> Measured:
    """Storms of all kinds on one ground; the clusters' first leaders are the warm-up."""
    scale, say = QUICK if wish.quick else Scale(), Screen().say
    with open_ground(max(scale.sizes), machines=max(scale.machines)) as ground:
        _warm_up(ground, max(scale.sizes), say=say)
        storms = tuple(_storms(ground, scale, say=say))
        alone = tuple(_alone(ground, scale, say=say))
        spread = tuple(_spread(ground, scale, say=say))
        warm = _warm(ground, scale, say=say)
    return Measured(
        family="storm",
        rows=(
            shown.flat(storms),
            shown.all_concluded((*storms, *alone, *spread, warm)),
            shown.model_holds(storms),
        ),
        groups=(*shown.groups(storms, alone, spread), shown.handshakes(spread[0], warm)),
        notes=tuple(shown.notes(storms, alone, spread)),
    )


def _warm_up(ground: Ground, count: int, *, say: Say) -> None:
    epochs = first_leaders(ground, crowd.clusters(count))
    ground.settle(count, machines=1)
    until_concluded(ground, epochs)
    say(f"{count} clusters have a leader")


def _storms(ground: Ground, scale: Scale, *, say: Say) -> Iterator[Storm]:
    for count in scale.sizes:
        ground.settle(count, machines=1)
        yield play(ground, count, machines=1, say=say)


def _alone(ground: Ground, scale: Scale, *, say: Say) -> Iterator[Storm]:
    """One cluster of a few, while the others rest."""
    ground.settle(min(scale.sizes), machines=1)
    for _ in range(scale.alone):
        yield play(ground, 1, machines=1, say=say)


def _spread(ground: Ground, scale: Scale, *, say: Say) -> Iterator[Storm]:
    for machines in scale.machines:
        ground.settle(scale.spread, machines=machines)
        yield play(ground, scale.spread, machines=machines, say=say)


def _warm(ground: Ground, scale: Scale, *, say: Say) -> Storm:
    ground.settle(scale.spread, machines=1, warm=True)
    return play(ground, scale.spread, machines=1, say=say)

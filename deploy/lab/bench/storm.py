"""Many clusters lose their leader within one second: what an incident takes must not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deploy.lab.bench.families import Wish
from deploy.lab.bench.result import Measured
from deploy.lab.bench.storms import crowd, shown
from deploy.lab.bench.storms.ground import Ground, open_ground
from deploy.lab.bench.storms.played import Say, Storm, play
from deploy.lab.bench.storms.struck import first_leaders, until_concluded
from deploy.lab.drill.screen import Screen

SIZES = (50, 400, 100, 200, 400, 50)
QUICK = (5, 20, 10, 20, 5)


def measure(wish: Wish) -> Measured:
    """Storms of all sizes by turns on one ground; the clusters' first leaders are the warm-up."""
    sizes, screen = QUICK if wish.quick else SIZES, Screen()
    with open_ground(max(sizes), machines=1) as ground:
        _warm_up(ground, max(sizes), say=screen.say)
        storms = tuple(_storms(ground, sizes, say=screen.say))
    return Measured(
        family="storm",
        rows=(shown.flat(storms), shown.all_concluded(storms), shown.model_holds(storms)),
        groups=tuple(shown.groups(storms)),
        notes=tuple(shown.notes(storms)),
    )


def _warm_up(ground: Ground, count: int, *, say: Say) -> None:
    epochs = first_leaders(ground, crowd.clusters(count))
    ground.settle(count, machines=1)
    until_concluded(ground, epochs)
    say(f"{count} clusters have a leader")


def _storms(ground: Ground, sizes: Sequence[int], *, say: Say) -> Iterator[Storm]:
    for count in sizes:
        ground.settle(count, machines=1)
        yield play(ground, count, machines=1, say=say)

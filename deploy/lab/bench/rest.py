"""What pgbaton costs while nothing happens: processor, memory and requests, for 1, 100 and 1,000 clusters."""

from __future__ import annotations

from deploy.lab.bench.families import Wish
from deploy.lab.bench.resting.ground import resting
from deploy.lab.bench.resting.looked import Look, looked_at
from deploy.lab.bench.resting.told import told
from deploy.lab.bench.resting.world import Size
from deploy.lab.bench.result import Measured
from deploy.lab.drill.screen import Screen

ONE = Size(clusters=1, hosts=1, balancers=1, warm=100)
HUNDRED = Size(clusters=100, hosts=100, balancers=10, warm=100)
THOUSAND = Size(clusters=1000, hosts=100, balancers=10, warm=100)


def measure(wish: Wish) -> Measured:
    """A lab for each size, one after the other; `quick` looks at a hundred clusters alone."""
    screen = Screen()
    sizes = (HUNDRED,) if wish.quick else (ONE, HUNDRED, THOUSAND)
    return told([_look(size, wish, screen) for size in sizes])


def _look(size: Size, wish: Wish, screen: Screen) -> Look:
    with resting(size, screen.say) as rest:
        screen.say(f"{wish.minutes:g} quiet minutes")
        return looked_at(rest, seconds=60 * wish.minutes)

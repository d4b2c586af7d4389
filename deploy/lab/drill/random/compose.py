"""From a seed to a sequence of faults, purely: whoever the leader is by then, the sequence is the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from random import Random

from deploy.lab.drill.random.menu import MENU, Dish

AT_ONCE = (1, 1, 2, 2, 3)
"""How many faults an episode has, each as likely as it stands here often."""

SPREAD = 12.0
"""Seconds over which the faults of one episode begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One fault to come: `pick`, from 0 to 1, chooses among those whom it may strike by then; `after` is
    seconds since the episode's beginning, `lasts` seconds until it is healed."""

    dish: Dish
    pick: float
    after: float
    lasts: float

    @property
    def until(self) -> float:
        return self.after + self.lasts


Episode = Sequence[Strike]
"""Faults that overlap; after them all must become calm."""


def compose(seed: int, number: int = 0) -> Iterator[Episode]:
    """Episodes without end. `number` tells the rounds of one seed apart, each in a lab of its own."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - a sequence to be repeated, no secret
    for _ in count():
        yield _episode(random)


def _episode(random: Random) -> Episode:
    dishes: dict[str, Dish] = {}
    for _ in range(random.choice(AT_ONCE)):
        [dish] = random.choices(MENU, weights=[one.weight for one in MENU])
        dishes.setdefault(dish.name, dish)
    return tuple(sorted((_strike(random, d) for d in dishes.values()), key=lambda s: s.after))


def _strike(random: Random, dish: Dish) -> Strike:
    return Strike(
        dish=dish,
        pick=random.random(),
        after=round(random.uniform(0, SPREAD), 2),
        lasts=round(random.uniform(*dish.lasts), 2),
    )

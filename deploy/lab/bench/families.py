"""What can be measured, by name: each family is one function, which brings up what it needs and leaves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from deploy.lab.bench.result import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How much is measured. `epochs` are changes of leader in a real cluster, `minutes` how long rest
    is looked at for each size. `quick` is for a look in a minute or two: fewer sizes and repetitions, whose
    numbers prove nothing."""

    epochs: int = 10
    minutes: float = 5.0
    quick: bool = False


Measure = Callable[[Wish], Measured]

FAMILIES: Mapping[str, str] = {
    "reaction": "from the leader's first writable moment to its applications",
    "slack": "the same reaction with Slack hanging",
    "fanout": "how long many hosts take to follow",
    "intake": "how many events one web process takes in",
    "storm": "many clusters that lose their leader at once",
    "rest": "what it costs while nothing happens",
}


def measure_of(family: str) -> Measure:
    """The function `measure` of the family's module; imported when asked for: each has its own parts."""
    measure: Measure = import_module(f"deploy.lab.bench.{family}").measure
    return measure

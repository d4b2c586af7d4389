"""A disaster as a value: what happens, on which ground, and the outcome that it must have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.lab.drill.history import History
from deploy.lab.drill.invariants.checked import Invariant
from deploy.lab.drill.screen import Screen
from deploy.lab.drill.stage import Stage
from deploy.lab.setting import Setting

USUAL = Setting()


def _nothing(_history: History, _screen: Screen) -> None:
    """Most disasters are told by the report alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disaster:
    """`act` plays it: it injects faults, waits for what must follow, heals, and decides nothing. `must` is
    what has to hold afterwards besides the invariants of every drill; `shows` prints what
    else it measured; `quiet` is one that holds times against each other, so that no other lab may run
    beside it."""

    title: str
    act: Callable[[Stage], None]
    must: Sequence[Invariant] = ()
    setting: Setting = USUAL
    shows: Callable[[History, Screen], None] = _nothing
    quiet: bool = False

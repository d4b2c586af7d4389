"""What an operator asked of `./dev bench`, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from deploy.lab.bench.families import FAMILIES, Wish, measure_of
from deploy.lab.bench.machine import told
from deploy.lab.bench.result import Measured
from deploy.lab.bench.show import show, write

ALL = "all"


def run(what: str, wish: Wish, *, file: Path | None) -> bool:
    """Measure one family or all of them; True where every limit held."""
    console = Console(highlight=False)
    console.print(told(), soft_wrap=True)
    measured = tuple(_shown(family, wish, console) for family in wanted(what))
    if file is not None:
        write(file, measured)
    return all(row.held for one in measured for row in one.rows)


def wanted(what: str) -> Sequence[str]:
    """The families that a word means, in their order."""
    return tuple(FAMILIES) if what == ALL else (what,)


def _shown(family: str, wish: Wish, console: Console) -> Measured:
    measured = measure_of(family)(wish)
    show(measured, console)
    return measured

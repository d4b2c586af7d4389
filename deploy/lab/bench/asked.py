"""What an operator asked of `./dev bench`, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from deploy.lab.bench.families import FAMILIES, Measure, Wish, measure_of
from deploy.lab.bench.machine import machine, told
from deploy.lab.bench.paper import Paper
from deploy.lab.bench.record import Run, read, write
from deploy.lab.bench.result import Measured
from deploy.lab.bench.show import show
from deploy.lab.machine import LabError

ALL = "all"
PAPER = Paper(families=tuple(FAMILIES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`what` is a family or all. With `source` nothing is measured: what an earlier run wrote to that
    file is shown and documented."""

    what: str
    wish: Wish
    file: Path | None = None
    doc: bool = False
    source: Path | None = None


def run(
    asked: Asked,
    *,
    now: datetime,
    paper: Paper = PAPER,
    measures: Callable[[str], Measure] = measure_of,
) -> bool:
    """Measure, or read what was measured; True where every limit held.

    What is kept is kept after each family: a run that ends early leaves what it has.
    """
    console = Console(highlight=False)
    writes_paper = asked.doc or asked.source is not None
    if writes_paper:
        paper.check()
    measured: tuple[Measured, ...] = ()
    for one in _runs(asked, now, console, measures):
        measured += one.measured
        if asked.file is not None:
            write(asked.file, replace(one, measured=measured))
        show(one.measured[0], console)
        if writes_paper:
            paper.write(one)
    return all(row.held for one in measured for row in one.rows)


def wanted(what: str) -> Sequence[str]:
    """The families that a word means, in their order."""
    return tuple(FAMILIES) if what == ALL else (what,)


def _runs(
    asked: Asked, now: datetime, console: Console, measures: Callable[[str], Measure]
) -> Iterator[Run]:
    """One run a family."""
    if asked.source is not None:
        yield from _earlier(asked.source, wanted(asked.what), console)
        return
    empty = Run(at=now, machine=machine(), measured=(), quick=asked.wish.quick)
    console.print(told(empty.machine), soft_wrap=True)
    for family in wanted(asked.what):
        yield replace(empty, measured=(measures(family)(asked.wish),))


def _earlier(source: Path, families: Sequence[str], console: Console) -> Iterator[Run]:
    earlier = read(source)
    console.print(told(earlier.machine), soft_wrap=True)
    there = [one for one in earlier.measured if one.family in families]
    if not there:
        raise LabError(
            f"{source} holds nothing of {', '.join(families)}: give the file of another run"
        )
    yield from (replace(earlier, measured=(one,)) for one in there)

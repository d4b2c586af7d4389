"""The bench's results for people: what was measured, and what it is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.lab.bench.amount import amount, figure, fitting
from deploy.lab.bench.result import Group, Measured, Row

HEADINGS = ("what", "ours", "beside", "ratio", "limit")
ONCE = "measured once"
FIGURES = frozenset({"times", "median", "p99", ONCE, "ours", "beside", "ratio"})
NAMES = 14
"""Columns that a name has at least; figures go first."""


def show(measured: Measured, console: Console) -> None:
    """What was measured, then what it is held against, then what explains it."""
    for group in pictured(measured):
        console.print(_series(group))
    if measured.rows:
        console.print(_rows(measured))
    for note in measured.notes:
        console.print(Text(f"· {note}"), soft_wrap=True)


def pictured(measured: Measured) -> Sequence[Group]:
    """The groups in which something was measured."""
    return [group for group in measured.groups if any(one.values for one in group.series)]


def _series(group: Group) -> Table:
    table = _table(group.title)
    heads, lines = series_table(group)
    for heading in ("", *heads):
        _column(table, heading)
    for line in lines:
        table.add_row(*map(Text, line))
    return table


def series_table(group: Group) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The headings of its figures, and a line a series, its name first."""
    if all(len(one.values) <= 1 for one in group.series):
        return (ONCE,), [(name, median) for name, _, median, _ in _medians(group)]
    return ("times", "median", "p99"), list(_medians(group))


def _medians(group: Group) -> Iterator[tuple[str, str, str, str]]:
    """Name, times, median and p99 of each series."""
    measured = [one.median for one in group.series if one.values]
    for one in group.series:
        factor, unit = fitting(measured, one.unit)
        figures = (one.median, one.p99) if one.values else ()
        told = [amount(value * factor, unit) for value in figures] or ["nothing measured", ""]
        yield one.name, str(len(one.values)), told[0], told[1]


def _rows(measured: Measured) -> Table:
    """The verdict comes first: however narrow the terminal, it is seen."""
    table = _table(measured.family)
    table.add_column(no_wrap=True)
    kept = columns(measured)
    for column in kept:
        _column(table, HEADINGS[column])
    for row in measured.rows:
        verdict = Text("held", "green") if row.held else Text("NOT HELD", "bold red")
        told = cells(row)
        table.add_row(verdict, *(Text(told[column]) for column in kept))
    return table


def columns(measured: Measured) -> Sequence[int]:
    """Those of `cells` in which anything stands: where nothing was beside, there is no ratio."""
    told = [cells(row) for row in measured.rows]
    return [n for n in range(len(HEADINGS)) if any(line[n] for line in told)]


def _table(title: str) -> Table:
    """Without lines between the columns: a terminal of 80 has little room."""
    return Table(title=Text(title, "bold"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)


def _column(table: Table, heading: str) -> None:
    if heading in FIGURES:
        table.add_column(heading, justify="right", overflow="fold")
    else:
        table.add_column(heading, overflow="fold", min_width=NAMES)


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """What a table says of a row, its verdict left out."""
    alone = row.ratio is None
    values = [row.ours, *([] if row.beside is None else [row.beside])]
    factor, unit = fitting([*values, *([row.limit] if alone else [])], row.unit)
    beside = "" if row.beside is None else amount(row.beside * factor, unit)
    limit = amount(row.limit * factor, unit) if alone else f"{figure(row.limit)} ×"
    ratio = "" if row.ratio is None else f"{figure(row.ratio)} ×"
    return row.what, amount(row.ours * factor, unit), beside, ratio, f"{row.sense} {limit}"

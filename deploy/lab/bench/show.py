"""The bench's results for people: what was measured, and what it is held against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.lab.bench.amount import amount, figure, fitting
from deploy.lab.bench.result import Group, Measured, Row

HEADINGS = ("what", "ours", "beside", "ratio", "limit", "")


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
    for heading in ("", "times", "median", "p99"):
        _column(table, heading, left=not heading)
    for line in medians(group):
        table.add_row(*map(Text, line))
    return table


def medians(group: Group) -> Iterator[tuple[str, str, str, str]]:
    """Name, times, median and p99 of each series."""
    measured = [one.median for one in group.series if one.values]
    for one in group.series:
        factor, unit = fitting(measured, one.unit)
        figures = (one.median, one.p99) if one.values else ()
        told = [amount(value * factor, unit) for value in figures] or ["nothing measured", ""]
        yield one.name, str(len(one.values)), told[0], told[1]


def _rows(measured: Measured) -> Table:
    table = _table(measured.family)
    for heading in HEADINGS:
        _column(table, heading, left=heading in {"what", "limit", ""})
    for row in measured.rows:
        verdict = Text("held", "green") if row.held else Text("NOT HELD", "bold red")
        table.add_row(*map(Text, cells(row)), verdict)
    return table


def _table(title: str) -> Table:
    return Table(title=Text(title, "italic"), title_justify="left")


def _column(table: Table, heading: str, *, left: bool) -> None:
    """Names may break into lines; figures stay whole."""
    named = heading == "what" or (not heading and not table.columns)
    table.add_column(
        heading,
        justify="left" if left else "right",
        no_wrap=not named,
        overflow="fold",
        min_width=16 if named else None,
    )


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """What a table says of a row, its verdict left out."""
    alone = row.ratio is None
    values = [row.ours, *([] if row.beside is None else [row.beside])]
    factor, unit = fitting([*values, *([row.limit] if alone else [])], row.unit)
    beside = "" if row.beside is None else amount(row.beside * factor, unit)
    limit = amount(row.limit * factor, unit) if alone else f"{figure(row.limit)} ×"
    ratio = "" if row.ratio is None else f"{figure(row.ratio)} ×"
    return row.what, amount(row.ours * factor, unit), beside, ratio, f"{row.sense} {limit}"

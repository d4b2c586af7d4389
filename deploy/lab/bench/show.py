"""The bench's results for people and for scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.lab.bench.machine import machine
from deploy.lab.bench.result import Group, Measured, Row

HEADINGS = ("what", "ours", "beside", "ratio", "limit", "")


def show(measured: Measured, console: Console) -> None:
    """What was measured, then what it is held against, then what explains it."""
    for group in measured.groups:
        console.print(_series(group))
    console.print(_rows(measured))
    for note in measured.notes:
        console.print(Text(f"· {note}"), soft_wrap=True)


def _series(group: Group) -> Table:
    table = Table(title=group.title, title_justify="left")
    for heading in ("", "times", "median", "p99"):
        table.add_column(heading, justify="left" if not heading else "right")
    for one in group.series:
        median, p99 = (f"{figure(value)} {one.unit}" for value in (one.median, one.p99))
        table.add_row(one.name, str(len(one.values)), median, p99)
    return table


def _rows(measured: Measured) -> Table:
    table = Table(title=measured.family, title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in {"what", ""} else "right")
    for row in measured.rows:
        verdict = Text("held", "green") if row.held else Text("NOT HELD", "bold red")
        table.add_row(*cells(row), verdict)
    return table


def cells(row: Row) -> tuple[str, ...]:
    """What a table says of a row, its verdict left out."""
    beside = "" if row.beside is None else f"{figure(row.beside)} {row.unit}"
    ratio = "" if row.ratio is None else f"{figure(row.ratio)} ×"
    unit = row.unit if row.ratio is None else "×"
    limit = f"{row.sense} {figure(row.limit)} {unit}"
    return row.what, f"{figure(row.ours)} {row.unit}", beside, ratio, limit


def figure(value: float) -> str:
    """Three digits that count, never as a power of ten."""
    if value == 0 or abs(value) >= 100:  # noqa: PLR2004 - three digits stand before the point
        return f"{value:.0f}"
    return f"{value:.3g}"


def to_json(all_measured: Sequence[Measured]) -> dict[str, Any]:
    """The machine, one object a row, and below them every value that was measured."""
    return {
        "machine": machine(),
        "results": [_row(row) for one in all_measured for row in one.rows],
        "families": [
            {"family": m.family, "groups": [asdict(g) for g in m.groups], "notes": list(m.notes)}
            for m in all_measured
        ],
    }


def _row(row: Row) -> dict[str, Any]:
    return {**asdict(row), "ratio": row.ratio, "held": row.held}


def write(path: Path, all_measured: Sequence[Measured]) -> None:
    """`--json FILE`."""
    path.write_text(json.dumps(to_json(all_measured), indent=2) + "\n")

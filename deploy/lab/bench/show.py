"""The bench's results for people and for scripts."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.lab.bench.result import Reaction, Result

HEADINGS = ("epoch", "leader", "seconds", "shop's own stop and start")


def show(results: Sequence[Result]) -> None:
    """A table for the terminal, and the verdict below it."""
    console = Console()
    for result in results:
        console.print(_table(result))
        verdict = "held" if result.held else "NOT HELD"
        console.print(f"{_told(result)}: {verdict}", soft_wrap=True)


def _table(result: Result) -> Table:
    table = Table(title=result.name, title_justify="left")
    ways = any(one.how for one in result.reactions)
    for heading in (*(("how",) if ways else ()), *HEADINGS):
        table.add_column(heading, justify="right")
    for one in result.reactions:
        table.add_row(*((one.how,) if ways else ()), *_row(one))
    return table


def _row(one: Reaction) -> tuple[str, ...]:
    return str(one.epoch), one.member, f"{one.seconds:.3f}", f"{one.shop:.3f}"


def _told(result: Result) -> str:
    if result.beside is None or result.ratio is None:
        return f"median {result.ours:.3f} s, at most {result.limit:g} s"
    medians = f"medians {result.ours:.3f} s beside {result.beside:.3f} s"
    return f"{medians}, ratio {result.ratio:.2f}, at most {result.limit:g}"


def to_json(results: Sequence[Result]) -> dict[str, Any]:
    """The machine, and one object a row."""
    return {
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "results": [{**asdict(r), "ratio": r.ratio, "held": r.held} for r in results],
    }


def write(path: Path, results: Sequence[Result]) -> None:
    """`--json FILE`."""
    path.write_text(json.dumps(to_json(results), indent=2) + "\n")

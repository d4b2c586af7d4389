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

from deploy.lab.bench.reaction import Result


def show(results: Sequence[Result]) -> None:
    """A table for the terminal."""
    console = Console()
    for result in results:
        table = Table(title=result.name, title_justify="left")
        for heading in ("epoch", "leader", "seconds", "shop's own stop and start"):
            table.add_column(heading, justify="right")
        for one in result.reactions:
            table.add_row(str(one.epoch), one.member, f"{one.seconds:.3f}", f"{one.shop:.3f}")
        console.print(table)
        verdict = "held" if result.held else "NOT HELD"
        console.print(f"median {result.ours:.3f} s, at most {result.limit:g} s: {verdict}")


def to_json(results: Sequence[Result]) -> dict[str, Any]:
    """The machine, and one object a row."""
    return {
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "results": [{**asdict(r), "beside": None, "ratio": None, "held": r.held} for r in results],
    }


def write(path: Path, results: Sequence[Result]) -> None:
    """`--json FILE`."""
    path.write_text(json.dumps(to_json(results), indent=2) + "\n")

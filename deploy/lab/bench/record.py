"""What one call of `./dev bench` came to, as JSON: for scripts, and to make the document from without measuring anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from deploy.lab.bench.machine import TOLD
from deploy.lab.bench.result import Group, Measured, Row
from deploy.lab.machine import LabError

ROWS, GROUPS = TypeAdapter(tuple[Row, ...]), TypeAdapter(tuple[Group, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was measured, when and on what machine (as `machine()` tells it); `quick` where it was but a
    look, which proves nothing."""

    at: datetime
    machine: Mapping[str, str | int]
    measured: tuple[Measured, ...]
    quick: bool = False


def to_json(run: Run) -> dict[str, Any]:
    """The machine, one object a row, and below them every value that was measured."""
    return {
        "at": run.at.isoformat(timespec="seconds"),
        "quick": run.quick,
        "machine": dict(run.machine),
        "results": [_row(row, one.family) for one in run.measured for row in one.rows],
        "families": [
            {"family": m.family, "groups": [asdict(g) for g in m.groups], "notes": list(m.notes)}
            for m in run.measured
        ],
    }


def _row(row: Row, family: str) -> dict[str, Any]:
    return {**asdict(row), "ratio": row.ratio, "held": row.held, "family": family}


def from_json(raw: dict[str, Any]) -> Run:
    """The same run again; what follows from its values (ratios, what was held) is computed anew."""
    return Run(
        at=datetime.fromisoformat(raw["at"]),
        machine={name: raw["machine"][name] for name in TOLD},
        measured=tuple(_measured(one, raw["results"]) for one in raw["families"]),
        quick=raw["quick"],
    )


def _measured(one: Mapping[str, Any], results: list[dict[str, Any]]) -> Measured:
    return Measured(
        family=one["family"],
        rows=ROWS.validate_python([row for row in results if row["family"] == one["family"]]),
        groups=GROUPS.validate_python(one["groups"]),
        notes=tuple(one["notes"]),
    )


def write(path: Path, run: Run) -> None:
    """`--json FILE`."""
    path.write_text(json.dumps(to_json(run), indent=2) + "\n")


def read(path: Path) -> Run:
    """`--from FILE`."""
    try:
        return from_json(json.loads(path.read_text()))
    except (ValueError, KeyError, TypeError) as error:
        raise LabError(
            f"{path} is not what ./dev bench --json wrote ({type(error).__name__}: {error}): "
            "measure anew, or give the file of another run"
        ) from error

"""Trails of real drills, read from where they were recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from jobs.audit import Entry, Kind, canonical, from_line
from jobs.story import Story, fold

RECORDED = Path(__file__).parent / "recorded"
NAMES = sorted(path.stem for path in RECORDED.glob("*.jsonl"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A recorded trail, the incident that the fault led to, and the drill's own times (seconds since
    the fault)."""

    name: str
    entries: tuple[Entry, ...]
    times: dict[str, float | None]

    @property
    def incident(self) -> str:
        """The first one after peace; the one of peace itself where no other opened."""
        opened = [e.facts["incident"] for e in self.entries if e.facts["kind"] == Kind.OPENED]
        return str(opened[1] if len(opened) > 1 else opened[0])


@cache
def drill(name: str) -> Drill:
    lines = (RECORDED / f"{name}.jsonl").read_text().splitlines()
    times = json.loads((RECORDED / f"{name}.times.json").read_text())
    return Drill(name=name, entries=tuple(map(from_line, lines)), times=times)


def story_of(name: str) -> Story:
    """The story of a drill's incident."""
    told = fold(drill(name).entries, drill(name).incident)
    assert told is not None
    return told


Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def changed(name: str, change: Change) -> Story | None:
    """The same story with each entry's facts as `change` makes them; None drops an entry."""
    one = drill(name)
    facts = ((entry, change(json.loads(entry.body))) for entry in one.entries)
    kept = [replace(entry, body=canonical(body)) for entry, body in facts if body is not None]
    return fold(kept, one.incident)

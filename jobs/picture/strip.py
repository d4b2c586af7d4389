"""The picture in letters, for places that show no drawing: a terminal, a text file, a code block."""

from __future__ import annotations

from collections.abc import Iterator

from jobs.picture.layout import layout
from jobs.picture.letters import cut
from jobs.picture.parts import WIDE, Lane, Look, Picture
from jobs.story import Story

COLUMNS = 64
"""Letters between the first instant and the last."""

NAMES = 22
"""Letters for a lane's name."""

INKS: dict[Look, str] = {
    "led": "━",
    "none": "·",
    "proven": "█",
    "doubted": "▒",
    "flowing": "━",
    "out": "x",
    "partly": "-",
    "held": "█",
    "failed": "x",
    "waiting": "─",
    "many": "█",
}

LEGEND = "█ proven, follows   ▒ not proven   ━ leads, writes   · nobody leads   x failed, no writes   - some write   ─ waiting"


def strip(story: Story, *, now: float) -> str:
    """Lanes as lines of letters, the axis below them, and what the letters mean."""
    return "\n".join(line.rstrip() for line in _lines(layout(story, now, shape=WIDE)))


def _lines(p: Picture) -> Iterator[str]:
    for lane in p.lanes:
        note = f"  {lane.note.text}" if lane.note is not None else ""
        yield f"{_name(lane.name.text)} {_line(lane, p)}{note}"
    yield " " * (NAMES + 1) + _axis(p)
    yield ""
    yield p.begins.text
    yield LEGEND


def _name(text: str) -> str:
    return cut(text, size=1, room=NAMES)[:NAMES].ljust(NAMES)


def _line(lane: Lane, p: Picture) -> str:
    cells = [" "] * COLUMNS
    for bar in lane.bars:
        first, last = _column(bar.x, p), _column(bar.x + bar.width, p)
        for i in range(first, max(last, first + 1)):
            cells[min(i, COLUMNS - 1)] = INKS[bar.look]
    for mark in lane.marks:
        if mark.sign != "done":
            cells[min(_column(mark.x, p), COLUMNS - 1)] = "!" if mark.sign == "alarm" else "¶"
    return "".join(cells)


def _axis(p: Picture) -> str:
    cells = [" "] * COLUMNS
    free = 0
    for tick in p.ticks:
        text = "" if tick.words is None else tick.words.text
        first = min(_column(tick.x, p), COLUMNS - len(text))
        if text and first >= free:
            cells[first : first + len(text)] = text
            free = first + len(text) + 1
    for fold in p.folds:
        cells[min(_column((fold.left + fold.right) / 2, p), COLUMNS - 1)] = "≈"
    return "".join(cells)


def _column(x: float, p: Picture) -> int:
    part = (x - p.shape.left) / (p.shape.right - p.shape.left)
    return round(min(max(part, 0), 1) * COLUMNS)

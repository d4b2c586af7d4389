"""A text in a few lines of a given width: names are as long as those who gave them liked."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.lab.bench.plot.parts import MARGIN
from jobs.picture.letters import cut, shown, width_of
from jobs.picture.parts import Words

LINE = 1.25
"""A row's height, in sizes of its letters."""

BOLD = 1.15
"""How much broader strong letters are."""


def placed(
    text: str, *, y: float, size: float, room: float, most: int, x: float = MARGIN
) -> Iterator[Words]:
    """Lines below `y`."""
    for line in lines_of(text, size=size, room=room, most=most):
        y += size * LINE
        yield Words(x=x, y=y, text=line, width=width_of(line, size))


def lines_of(text: str, *, size: float, room: float, most: int) -> tuple[str, ...]:
    """At most so many lines, broken between words; what is left out shows as an ellipsis."""
    words, lines = shown(text).split(), list[str]()
    while words and len(lines) < most - 1:
        count = _fitting(words, size, room)
        lines.append(cut(" ".join(words[:count]), size=size, room=room))
        words = words[count:]
    return (*lines, cut(" ".join(words), size=size, room=room)) if words else tuple(lines)


def _fitting(words: list[str], size: float, room: float) -> int:
    """How many of the words stand in one line: one at least."""
    counts = range(1, len(words) + 1)
    return max((n for n in counts if width_of(" ".join(words[:n]), size) <= room), default=1)

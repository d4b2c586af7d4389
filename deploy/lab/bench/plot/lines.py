"""A text in a few lines of a given width: names are as long as those who gave them liked."""

from __future__ import annotations

from jobs.picture.letters import cut, shown, width_of


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

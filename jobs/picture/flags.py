"""The milestones above the lanes: their names stand beside their lines, and no line crosses a name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from jobs.picture.axis import Axis
from jobs.picture.letters import cut, span_of, width_of
from jobs.picture.parts import Flag, Shape, Words
from jobs.story import Story

MILESTONES = (
    ("leader_lost", "leader lost"),
    ("elected", "elected"),
    ("verified", "proven"),
    ("writes_resumed", "all write"),
    ("last_host", "all follow"),
    ("concluded", "concluded"),
)

SAME = 0.0005
"""Seconds below which two milestones are one."""

LINE = 1.35
"""A row's height, in sizes of its letters."""


NARROWEST = 100.0
"""About a name's width: right of this, it stands left of its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    x: float
    words: Words
    told: str
    row: int

    def meets(self, x: float, words: Words, row: int) -> bool:
        """True where the two cannot stand together: words over words, or a line through words."""
        ours, theirs = (self.words.left - 3, self.words.right + 3), (words.left, words.right)
        over = row == self.row and ours[0] < theirs[1] and theirs[0] < ours[1]
        my_line = self.row < row and theirs[0] - 2 <= self.x <= theirs[1] + 2
        its_line = row < self.row and ours[0] + 1 <= x <= ours[1] - 1
        return over or my_line or its_line


def flags_of(story: Story, axis: Axis, shape: Shape) -> tuple[Flag, ...]:
    """Every milestone that happened; "all follow" only where they still do at the end."""
    placed: list[_Placed] = []
    there = _there(story)
    for at, name in sorted(there, key=lambda one: _turn(axis.x(one[0]), shape)):
        after = at - story.times.detected
        text = f"{name} {span_of(after) if after > 0 else '0 s'}"
        words, row = _place(axis.x(at), text, placed, shape)
        placed.append(
            _Placed(x=axis.x(at), words=words, told=f"{text} after the first sign", row=row)
        )
    rows = sorted({p.row for p in placed})
    return tuple(
        Flag(
            x=p.x,
            told=p.told,
            words=replace(p.words, y=shape.size * LINE * (rows.index(p.row) + 1)),
        )
        for p in sorted(placed, key=lambda p: p.x)
    )


def _turn(x: float, shape: Shape) -> tuple[bool, float]:
    """Names that must stand left of their lines first, the rightmost on top; then from the left."""
    late = x > shape.right - NARROWEST
    return not late, -x if late else x


def top_of(flags: Sequence[Flag], shape: Shape) -> float:
    """Where the lanes begin below them."""
    return max((f.words.y for f in flags), default=0) + shape.size * 0.7


def _there(story: Story) -> list[tuple[float, str]]:
    """Milestones that happened, in order; those of the same moment share a line."""
    named: dict[float, list[str]] = {}
    for key, name in MILESTONES:
        at = getattr(story.times, key)
        if at is not None and (name != "all follow" or story.over):
            moment = next((known for known in named if abs(known - at) < SAME), at)
            named.setdefault(moment, []).append(name)
    return sorted((at, ", ".join(names)) for at, names in named.items())


def _place(x: float, text: str, placed: Sequence[_Placed], shape: Shape) -> tuple[Words, int]:
    """Right of its line in the topmost row where it stands free, or else left of it."""
    rows = range(len(placed) + 1)
    sides = list(_sides(x, text, shape))
    free = (
        (words, row)
        for words in sides
        for row in rows
        if not any(p.meets(x, words, row) for p in placed)
    )
    return next(free, (sides[0], len(placed)))


def _sides(x: float, text: str, shape: Shape) -> Iterator[Words]:
    size = shape.size
    fitting = cut(text, size=size, room=shape.right - shape.left)
    width = width_of(fitting, size)
    if x + 4 + width <= shape.right:
        yield Words(x=x + 4, y=0, text=fitting, width=width)
    if x - 4 - width >= 0:
        yield Words(x=x - 4, y=0, text=fitting, anchor="end", width=width)
    elif x + 4 + width > shape.right:
        yield Words(x=shape.right - width, y=0, text=fitting, width=width)

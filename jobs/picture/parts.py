"""What a picture is made of, as values with places: a test can look at them, and any hand can draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Look = Literal[
    "led",  # somebody held the leader's key
    "proven",  # a verdict that lets things move
    "doubted",  # one that does not
    "none",  # nobody led
    "flowing",  # writes go through
    "out",  # they do not
    "partly",  # those of some applications do
    "held",  # a try after which the target follows
    "failed",  # one after which it does not
    "waiting",  # given to a job, or between two tries
    "many",  # several targets in one lane
]
"""How a stretch of time looks. Every one has a pattern or a word of its own, besides its colour."""

Sign = Literal["alarm", "person", "end", "done"]
"""What a mark is: a triangle, a speech bubble, a flag; and the small stroke of one target of many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A canvas: `width` in units of its viewBox, `gutter` for the lanes' names (0: they stand above
    their lanes), `size` of the letters, `cuts` of quiet time at most, `spacing` between two ticks."""

    name: str
    width: float
    gutter: float
    size: float
    cuts: int
    spacing: float

    @property
    def left(self) -> float:
        """Where time begins."""
        return self.gutter + MARGIN

    @property
    def right(self) -> float:
        """Where time ends."""
        return self.width - MARGIN


MARGIN = 8.0
WIDE = Shape(name="wide", width=900, gutter=168, size=13, cuts=3, spacing=78)
NARROW = Shape(name="narrow", width=360, gutter=0, size=12, cuts=1, spacing=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text with the place of its baseline; `anchor` says which end of it stands there."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "start"
    width: float = 0

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - {"start": 0.0, "middle": self.width / 2, "end": self.width}[self.anchor]

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of time in a lane; `told` is what it says in full, `words` what there is room for."""

    x: float
    y: float
    width: float
    height: float
    look: Look
    told: str
    words: Words | None = None

    @property
    def filled(self) -> bool:
        """True where its words stand within it."""
        return self.words is not None and self.x <= self.words.left < self.x + self.width


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An instant in a lane."""

    x: float
    y: float
    sign: Sign
    told: str
    words: Words | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One thing that is followed through time, from `y` down over `height`. What runs through all lanes
    (the outage, a flag's line) is drawn within `ground` alone, so that it crosses no name; `idle` is
    said where there is nothing to draw."""

    y: float
    height: float
    ground: tuple[float, float]
    name: Words
    note: Words | None
    told: str
    idle: Words | None = None
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An instant of the whole incident: a line through all lanes, with its name above."""

    x: float
    words: Words
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A step of the axis; without words where there is no room for them."""

    x: float
    words: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Where the axis is not even: from `left` to `right` quiet time is left out, or, where both are one,
    the scale changes."""

    left: float
    right: float
    words: Words | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """No writes, through all lanes: from `x` on nobody's, and in the last `partly` some people's.
    `over` where it has an end."""

    x: float
    width: float
    partly: float
    over: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One entry of the legend."""

    x: float
    y: float
    look: Look
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A whole drawing: lanes between `top` and `bottom`, flags above, the axis below."""

    shape: Shape
    height: float
    top: float
    bottom: float
    title: str
    told: str
    lanes: tuple[Lane, ...]
    flags: tuple[Flag, ...]
    ticks: tuple[Tick, ...]
    folds: tuple[Fold, ...]
    outage: Outage | None
    keys: tuple[Key, ...]
    begins: Words

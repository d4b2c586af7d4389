"""What a plot is made of, as values with places: a test can look at them, and drawing decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from jobs.picture.parts import Words

MARGIN = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A canvas: `width` in units of its viewBox, `gutter` for the series' names (0: they stand above
    their strips), `size` of the letters."""

    name: str
    width: float
    gutter: float
    size: float

    @property
    def left(self) -> float:
        """Where the axis begins."""
        return MARGIN + self.gutter

    @property
    def right(self) -> float:
        """Where the axis ends; half of its last label stands beyond."""
        return self.width - MARGIN - 10

    @property
    def small(self) -> float:
        """The size of what is said beside."""
        return self.size * 0.87


WIDE = Shape(name="wide", width=840, gutter=226, size=14)
NARROW = Shape(name="narrow", width=360, gutter=0, size=13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One value."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One series, from `y` down over `height`; gridlines go through it from `ground` on, so that they
    cross no name, and its marks stand between `top` and `bottom`. Without a value there is neither a
    median nor a p99, and `said` says so; `note` is how often it was measured, where that may be more than once."""

    y: float
    height: float
    ground: float
    top: float
    bottom: float
    name: tuple[Words, ...]
    note: Words | None
    said: Words
    told: str
    dots: tuple[Dot, ...] = ()
    median: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A gridline with its figure."""

    x: float
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What one kind of mark means: `mark` is dot, median or p99, at `x`."""

    x: float
    y: float
    mark: str
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole plot: strips between `top` and `bottom`, the axis below. `broken` is where a logarithmic
    axis leaves out the way down to nothing."""

    shape: Shape
    height: float
    top: float
    bottom: float
    title: str
    told: str
    heading: tuple[Words, ...]
    strips: tuple[Strip, ...]
    ticks: tuple[Tick, ...]
    broken: float | None
    axis: tuple[Words, ...]
    keys: tuple[Key, ...]

"""A row of the bench: without one shape for all, no script could read what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Sense = Literal["at most", "at least"]
Over = Literal["ours over beside", "beside over ours", "ours alone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The same thing measured again and again, warm-up left out. `values` are in `unit`: s, ms,
    1/s, MB, %, or a word that says what was counted."""

    name: str
    values: Sequence[float]
    unit: str = "s"

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p99(self) -> float:
        """The value that 99 of 100 do not exceed: the greatest of fewer than 100."""
        ordered = sorted(self.values)
        return ordered[-(len(ordered) // 100) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One claim: what was measured of ours and of what stood beside it in the same run, and the limit.

    `ours` and `beside` are in `unit`. What is held against `limit` is their quotient, whichever way
    round `over` says, or `ours` where nothing stood beside it. `name` is short and never changes:
    scripts know a row by it.
    """

    name: str
    what: str
    ours: float
    limit: float
    beside: float | None = None
    unit: str = "s"
    sense: Sense = "at most"
    over: Over = "ours over beside"

    @property
    def ratio(self) -> float | None:
        """None where nothing stood beside it."""
        match self.over:
            case "ours over beside":
                return None if self.beside is None else self.ours / self.beside
            case "beside over ours":
                return None if self.beside is None else self.beside / self.ours
            case "ours alone":
                return None

    @property
    def held(self) -> bool:
        measured = self.ours if self.ratio is None else self.ratio
        return measured <= self.limit if self.sense == "at most" else measured >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Series that are shown beside each other, in one picture on one axis; all of one unit."""

    title: str
    series: Sequence[Series]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one family of the bench came to. `notes` are sentences that explain its numbers: what was
    counted on the way, and what bounds it."""

    family: str
    rows: Sequence[Row]
    groups: Sequence[Group] = ()
    notes: Sequence[str] = field(default=())

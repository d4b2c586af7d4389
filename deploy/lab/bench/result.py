"""A row of the bench: without one shape for all, no script could read what was measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One epoch. `seconds` from the leader's first writable moment to the last host checked, less
    that host's own stop and start (`shop`). The observer looks every 20 ms. `how` is under which
    circumstances, where they vary."""

    epoch: int
    member: str
    seconds: float
    shop: float
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was measured, its limit, and whether it held. With `beside`, the same measured under
    other circumstances, the limit is the ratio's; else it is in seconds."""

    name: str
    ours: float
    limit: float
    beside: float | None = None
    reactions: tuple[Reaction, ...] = ()

    @property
    def ratio(self) -> float | None:
        return None if self.beside is None else self.ours / self.beside

    @property
    def held(self) -> bool:
        return (self.ours if self.ratio is None else self.ratio) <= self.limit

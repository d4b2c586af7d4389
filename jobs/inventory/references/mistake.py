"""One thing that is wrong with an inventory, as a value that every check yields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake: `path` is the dotted way to it, `reason` what is wrong and what to write."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"

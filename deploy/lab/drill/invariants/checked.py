"""One sentence that must hold, decided from a history alone: the checker knows nothing else of a drill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deploy.lab.drill.history import History

SHOWN = 3
"""Faults told in full; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One invariant's answer, in the report's shape."""

    name: str
    held: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence, what would break it, and what it is proven by."""

    name: str
    faults: Callable[[History], Iterator[str]]
    proof: Callable[[History], str]

    def check(self, history: History) -> Checked:
        """Held where nothing breaks it; else the first few faults are told."""
        found = list(self.faults(history))
        more = [f"and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        evidence = "; ".join(found[:SHOWN] + more) if found else self.proof(history)
        return Checked(name=self.name, held=not found, evidence=evidence)

"""How the hunt for a mutant ended."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.lab.mutation.mutant import Mutant


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A test failed with the mutant, twice. `by` is its name as pytest writes it."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survived:
    """No test noticed: there is a hole in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """Nothing was proven, and what would mend it."""

    reason: str
    remedy: str


Outcome = Caught | Survived | Unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One mutant's end."""

    mutant: Mutant
    outcome: Outcome

    @property
    def caught_by(self) -> str | None:
        return self.outcome.by if isinstance(self.outcome, Caught) else None

"""Who may notice a mutant, and in which order: first whoever most likely does, then everybody in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.lab.mutation.mutant import Mutant


@dataclass(frozen=True, slots=True, kw_only=True)
class Catchers:
    """Tests that are run together until the first one fails, for at most `within` seconds. `but` are
    patterns of files that are left out."""

    where: tuple[str, ...]
    within: float
    but: tuple[str, ...] = ()


BY_TIME = ("*/test_*speed.py", "*/test_timing.py", "*/test_foreground.py", "*/contract/lab/*")
"""What measures time or builds labs: beside others it might fail for another reason than the mutant."""

OF_MUTANTS = ("*/mutation/*",)
"""That every patch applies is not true any more of a copy that one of them broke."""

NEVER = BY_TIME + OF_MUTANTS
"""Not asked unless a mutant names them."""

EVERYBODY = (
    Catchers(where=("tests/unit",), within=300, but=NEVER),
    Catchers(where=("tests/contract",), within=900, but=NEVER),
)


def course(mutant: Mutant) -> Iterator[Catchers]:
    """The ordinary tests in the order in which they are asked. None of them knows of the mutant."""
    for place in mutant.look_first:
        yield Catchers(where=(place,), within=240, but=OF_MUTANTS)
    yield from EVERYBODY

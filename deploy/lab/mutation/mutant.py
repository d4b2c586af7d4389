"""A mutant as a value: one promise of the product broken, by a patch that says which and what that costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FILE = re.compile(r"[0-9]{3}-([a-z0-9-]+)\.patch")
"""How a patch's file is called: its number, then the mutant's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """`breaks` is what does not hold any more, `costs` what that would cost in production. `look_first`
    names tests that may well notice; all others are asked afterwards."""

    name: str
    breaks: str
    costs: str
    look_first: tuple[str, ...]
    patch: str


def mutants_in(folder: Path) -> tuple[Mutant, ...]:
    """Every mutant of a folder, in the order of their numbers. ValueError names a file that is none."""
    return tuple(mutant(file.name, file.read_text()) for file in sorted(folder.glob("*.patch")))


def mutant(file: str, text: str) -> Mutant:
    """Read a patch with its header: `# breaks: …`, `# costs: …`, `# look first: …`, then the diff."""
    named = FILE.fullmatch(file)
    if named is None:
        raise ValueError(f"{file}: call it 001-what-is-broken.patch")
    head, diff, patch = text.partition("diff --git ")
    said = dict(re.findall(r"(?m)^# ([a-z ]+): (\S.*)$", head))
    if lacks := [word for word in ("breaks", "costs", "look first") if word not in said]:
        raise ValueError(f"{file}: write '# {lacks[0]}: …' above the diff")
    if not diff:
        raise ValueError(f"{file}: holds no diff of git's")
    return Mutant(
        name=named[1],
        breaks=said["breaks"],
        costs=said["costs"],
        look_first=tuple(said["look first"].split()),
        patch=diff + patch,
    )

"""The page and its pictures on disk: written whole, and what was not measured stays as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.bench.paper.page import empty, filled, mistakes
from deploy.lab.bench.paper.section import FOLDER, not_measured, pictures, section
from deploy.lab.bench.record import Run
from deploy.lab.bench.result import Measured
from deploy.lab.machine import CHECKOUT, LabError

BENCHMARKS = CHECKOUT / "docs/benchmarks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The document at `page`, which has a place for each of `families`."""

    families: Sequence[str]
    page: Path = BENCHMARKS

    def check(self) -> None:
        """Refuse a page without room for all families: asked before an hour of measuring for it."""
        found = mistakes(self._read(), self.families)
        if found:
            raise LabError(f"{self.page.name} cannot be written: " + "; ".join(found))

    def write(self, run: Run) -> None:
        """Put what was measured of these families into its places; a place that was never filled says so."""
        self.check()
        page = self._read()
        bare = [family for family in self.families if empty(page, family)]
        texts = {family: not_measured(family) for family in bare}
        measured = [one for one in run.measured if one.family in self.families]
        texts |= {one.family: section(run, one) for one in measured}
        for one in measured:
            self._draw(one)
        self.page.write_text(filled(page, texts))

    def _read(self) -> str:
        try:
            return self.page.read_text()
        except FileNotFoundError as error:
            raise LabError(
                f"there is no {self.page}: restore it from git, then try again"
            ) from error

    def _draw(self, measured: Measured) -> None:
        """Its pictures, and none of an earlier run that has no successor."""
        folder = self.page.parent / FOLDER
        folder.mkdir(exist_ok=True)
        files = pictures(measured)
        ours = re.compile(rf"{re.escape(measured.family)}-\d+(-narrow)?\.svg")
        for path in folder.iterdir():
            if ours.fullmatch(path.name) and path.name not in files:
                path.unlink()
        for name, text in files.items():
            (folder / name).write_text(text)

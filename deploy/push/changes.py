"""What is to be done on one machine, as a value: the difference between its blueprint and what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from deploy.blueprint import Blueprint, Class, RenderedFile
from deploy.push.observed import FoundFile, FoundUnit, How, Observed
from deploy.push.wanted import ORDER, Wanted

Deed = Literal["start", "restart", "reload", "enable", "settle"]
ITSELF = "@itself"
"""Stands for the machine where a unit does: what it was cut in hearing of, it hears before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """`files` in the blueprint's order; `deeds` by unit, in the order of their start. `stale`: what
    a push once put and nobody wants any more. `program`: whether pgbaton's own is to be replaced."""

    machine: str
    files: tuple[RenderedFile, ...] = ()
    deeds: Mapping[str, Deed] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    program: bool = False
    stale: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether the machine is as it should be."""
        return not (self.files or self.deeds or self.packages or self.program or self.stale)


def compare(wanted: Wanted, found: Observed) -> Changes:
    """A pure function of both."""
    files = tuple(f for f in wanted.blueprint.files if not _same(f, found.files.get(f.path)))
    program = wanted.program is not None and wanted.program != found.program
    return Changes(
        machine=wanted.name,
        files=files,
        deeds=_deeds(wanted, found, files, program=program),
        packages=tuple(p for p in wanted.blueprint.packages if p not in found.packages),
        program=program,
        stale=tuple(sorted(found.put - {f.path for f in wanted.blueprint.files})),
    )


def class_of(wanted: Wanted, file: RenderedFile) -> Class:
    """The first, in the order of work, of the classes whose units hear of a file."""
    classes = {wanted.classes[n.unit] for n in file.notices}
    return next((c for c in ORDER if c in classes), "ground")


def hearing(
    files: Iterable[RenderedFile], *, before: Mapping[str, How] = MappingProxyType({})
) -> dict[str, How]:
    """Who must hear of these files, and how: a restart is a reload too."""
    heard = dict(before)
    for notice in (n for file in files for n in file.notices):
        if heard.get(notice.unit) != "restart":
            heard[notice.unit] = notice.how
    return heard


def runners(blueprint: Blueprint) -> tuple[str, ...]:
    """The units that run pgbaton's own program; a timer starts what is new by itself."""
    units = (u for u in blueprint.units if u.class_ == "pgbaton")
    return tuple(u.name for u in units if not u.name.endswith(".timer"))


def _same(file: RenderedFile, found: FoundFile | None) -> bool:
    return found == FoundFile(
        sha256=file.sha256, owner=file.owner, group=file.group, mode=file.mode
    )


def _deeds(
    wanted: Wanted, found: Observed, files: Iterable[RenderedFile], *, program: bool
) -> dict[str, Deed]:
    heard = hearing(files, before=found.owed_now)
    if program:
        heard |= dict.fromkeys(runners(wanted.blueprint), "restart")
    kept = [unit.name for unit in wanted.blueprint.units]
    deeds = {name: _deed(found.units.get(name, FoundUnit()), heard.get(name)) for name in kept}
    deeds |= {u: h for u, h in heard.items() if u not in kept and _runs(found, u)}
    deeds |= {ITSELF: "settle"} if found.unsettled else {}
    return {unit: deed for unit, deed in deeds.items() if deed is not None}


def _deed(unit: FoundUnit, heard: How | None) -> Deed | None:
    if not unit.up:
        return "start"
    return heard or (None if unit.enabled else "enable")


def _runs(found: Observed, unit: str) -> bool:
    return found.units.get(unit, FoundUnit()).up

"""What an operator asked of `./dev drill`, and who plays it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.lab.drill.disasters import DISASTERS, ON_MACHINES, USUAL
from deploy.lab.drill.listing import markdown, show_list
from deploy.lab.drill.matrix import Matrix, play_all
from deploy.lab.drill.play import Wish, play
from deploy.lab.drill.results import RESULTS, read_results

ALL, RANDOM = "all", "random"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line, as it stands."""

    names: Sequence[str]
    profile: str
    patroni: str
    endpoint: str | None
    listed: bool
    machines: bool
    times: int | None
    at_once: int
    seed: int | None
    minutes: float | None
    mutants: bool
    table: bool
    results: Path | None
    report: Path | None
    export_audit: Path | None


def run(asked: Asked) -> int:
    """Play what was asked for, and return the exit code."""
    _refuse_nonsense(asked)
    if asked.listed:
        show_list()
        return 0
    if asked.table:
        click.echo(markdown(read_results(asked.results or RESULTS)), nl=False)
        return 0
    names = _names(asked)
    if len(names) == 1 and asked.times is None and ALL not in asked.names:
        return 0 if play(_wish(asked, names[0])) else 1
    return 0 if play_all(_matrix(asked, names)) else 1


def _names(asked: Asked) -> Sequence[str]:
    """Each disaster once, in the order in which it was named."""
    if ALL in asked.names:
        return tuple(DISASTERS)
    return tuple(dict.fromkeys(asked.names)) or (USUAL,)


def _refuse_nonsense(asked: Asked) -> None:
    unknown = [n for n in asked.names if n not in {*DISASTERS, ALL, RANDOM}]
    if unknown:
        raise click.BadParameter(
            f"there is no {', '.join(unknown)}; see ./dev drill --list", param_hint="NAME"
        )
    few = set(asked.names or (USUAL,)) <= set(ON_MACHINES)
    if asked.machines and (not few or asked.endpoint not in {None, "leader"}):
        raise click.UsageError(
            f"booted machines play {', '.join(ON_MACHINES)}, with --endpoint leader"
        )


def _wish(asked: Asked, name: str) -> Wish:
    return Wish(
        scenario=name,
        profile=asked.profile,
        patroni=int(asked.patroni),
        endpoint=asked.endpoint,
        machines=asked.machines,
        report=asked.report,
        export_audit=asked.export_audit,
    )


def _matrix(asked: Asked, names: Sequence[str]) -> Matrix:
    return Matrix(
        names=names,
        profile=asked.profile,
        patroni=int(asked.patroni),
        endpoint=asked.endpoint,
        times=asked.times or 1,
        at_once=asked.at_once,
        results=asked.results or RESULTS,
        report=asked.report,
    )

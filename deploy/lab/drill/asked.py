"""What an operator asked of `./dev drill`, and who plays it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters import DISASTERS, ON_MACHINES, USUAL
from deploy.lab.drill.listing import markdown, show_list
from deploy.lab.drill.matrix import Matrix, Play, play_all
from deploy.lab.drill.play import Wish, play
from deploy.lab.drill.random.act import random_disaster
from deploy.lab.drill.results import RESULTS, Trial, product_digest, read_results, scene_digest
from deploy.lab.mutation import run as hunt

ALL, RANDOM = "all", "random"
ROUND = 10.0
"""Minutes that one lab of composed faults lasts, at most."""


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
    seed: int
    minutes: float
    number: int | None
    mutants: bool
    table: bool
    results: Path | None
    report: Path | None
    export_audit: Path | None


def run(asked: Asked) -> int:
    """Play what was asked for, and return the exit code."""
    if asked.mutants:
        return _hunt(asked)
    _refuse_nonsense(asked)
    if asked.listed:
        show_list()
        return 0
    if asked.table:
        click.echo(markdown(read_results(asked.results or RESULTS)), nl=False)
        return 0
    wanted = _wanted(asked)
    if len(wanted) == 1 and asked.times is None and ALL not in asked.names:
        [(name, disaster)] = wanted.items()
        return 0 if play(_wish(asked, name), disaster) else 1
    return 0 if play_all(_matrix(asked, wanted)) else 1


def _hunt(asked: Asked) -> int:
    """Names are those of mutants here; none means all."""
    try:
        return 0 if hunt(asked.report, asked.names, asked.at_once) else 1
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None


def _wanted(asked: Asked) -> Mapping[str, Disaster]:
    """Each disaster once, in the order in which it was named; of random, one for each lab."""
    if ALL in asked.names:
        return DISASTERS
    named = {name: DISASTERS[name] for name in asked.names if name in DISASTERS}
    if RANDOM in asked.names:
        return {**named, **_rounds(asked)}
    return named or {USUAL: DISASTERS[USUAL]}


def _rounds(asked: Asked) -> Mapping[str, Disaster]:
    """Composed faults in labs of at most ten minutes each: a history must stay a thing one can read."""
    count = math.ceil(asked.minutes / ROUND)
    numbers = range(count) if asked.number is None else [asked.number]
    each = 60 * min(asked.minutes, ROUND)
    return {
        f"{RANDOM}-{asked.seed}-{number}": random_disaster(asked.seed, number, each)
        for number in numbers
    }


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


def _matrix(asked: Asked, wanted: Mapping[str, Disaster]) -> Matrix:
    return Matrix(
        plays=[_play(asked, name, disaster) for name, disaster in wanted.items()],
        times=asked.times or 1,
        at_once=asked.at_once,
        results=asked.results or RESULTS,
        report=asked.report,
    )


def _play(asked: Asked, name: str, disaster: Disaster) -> Play:
    endpoint = ["--endpoint", asked.endpoint] if asked.endpoint else []
    words = ["--profile", asked.profile, "--patroni", asked.patroni, *endpoint]
    trial = Trial(
        drill=name,
        profile=asked.profile,
        patroni=int(asked.patroni),
        endpoint=asked.endpoint,
        product=product_digest(),
        scene=scene_digest(disaster.act),
    )
    minutes = 0.0 if name in DISASTERS else min(asked.minutes, ROUND)
    return Play(trial=trial, words=[*_named(asked, name), *words], minutes=minutes)


def _named(asked: Asked, name: str) -> Sequence[str]:
    if name in DISASTERS:
        return [name]
    number, minutes = name.rpartition("-")[2], min(asked.minutes, ROUND)
    return [RANDOM, f"--seed={asked.seed}", f"--round={number}", f"--minutes={minutes}"]

"""What an operator asked of `./dev drill`, and who plays it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
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
    wanted = wanted_of(asked)
    if alone(asked, wanted):
        [one] = wanted
        return 0 if play(_wish(asked, one.name), one.disaster) else 1
    return 0 if play_all(_matrix(asked, wanted)) else 1


def _hunt(asked: Asked) -> int:
    """Names are those of mutants here; none means all."""
    try:
        return 0 if hunt(asked.report, asked.names, asked.at_once) else 1
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="NAME") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One drill that was asked for; `words` name it on a command line, `minutes` is for how long faults
    are composed, where they are."""

    name: str
    disaster: Disaster
    words: Sequence[str]
    minutes: float = 0.0


def wanted_of(asked: Asked) -> Sequence[Wanted]:
    """Each disaster once, in the order in which it was named; of random, one for each lab."""
    names = [*DISASTERS, *asked.names] if ALL in asked.names else asked.names or [USUAL]
    named = {name: DISASTERS[name] for name in names if name in DISASTERS}
    played = [Wanted(name=n, disaster=one, words=[n]) for n, one in named.items()]
    return [*played, *(_rounds(asked) if RANDOM in asked.names else ())]


def _rounds(asked: Asked) -> Iterator[Wanted]:
    """Composed faults in labs of at most ten minutes each: a history must stay a thing one can read."""
    if asked.number is not None:
        yield _round(asked.seed, asked.number, min(asked.minutes, ROUND))
        return
    for number in range(math.ceil(asked.minutes / ROUND)):
        yield _round(asked.seed, number, min(asked.minutes - number * ROUND, ROUND))


def _round(seed: int, number: int, minutes: float) -> Wanted:
    return Wanted(
        name=f"{RANDOM}-{seed}-{number}-{minutes:g}min",
        disaster=random_disaster(seed, number, 60 * minutes),
        words=[RANDOM, f"--seed={seed}", f"--round={number}", f"--minutes={minutes:g}"],
        minutes=minutes,
    )


def alone(asked: Asked, wanted: Sequence[Wanted]) -> bool:
    """Whether one drill is played before the operator's eyes; several are told in a line each."""
    return len(wanted) == 1 and asked.times is None and ALL not in asked.names


def _refuse_nonsense(asked: Asked) -> None:
    """Nothing that was asked for is left out in silence."""
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
    if (asked.machines or asked.export_audit) and not alone(asked, wanted_of(asked)):
        raise click.UsageError("--machines and --export-audit go with one drill, without --times")


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


def _matrix(asked: Asked, wanted: Sequence[Wanted]) -> Matrix:
    return Matrix(
        plays=[_play(asked, one) for one in wanted],
        times=asked.times or 1,
        at_once=asked.at_once,
        results=asked.results or RESULTS,
        report=asked.report,
    )


def _play(asked: Asked, one: Wanted) -> Play:
    endpoint = ["--endpoint", asked.endpoint] if asked.endpoint else []
    words = [*one.words, "--profile", asked.profile, "--patroni", asked.patroni, *endpoint]
    trial = Trial(
        drill=one.name,
        profile=asked.profile,
        patroni=int(asked.patroni),
        endpoint=asked.endpoint,
        product=product_digest(),
        scene=scene_digest(one.disaster.act),
    )
    return Play(trial=trial, words=words, minutes=one.minutes, quiet=one.disaster.quiet)

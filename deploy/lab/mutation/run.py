"""`./dev drill --mutants`: every mutant hunted in copies, some at once; true only if all were caught."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console

from deploy.lab.mutation.catching import Bench, UnfitError
from deploy.lab.mutation.checkout import Checkout, checkout_at
from deploy.lab.mutation.course import Catchers, course
from deploy.lab.mutation.hunt import hunt
from deploy.lab.mutation.memory import Memory, recall
from deploy.lab.mutation.mutant import Mutant, mutants_in
from deploy.lab.mutation.outcome import Caught, Outcome, Result, Unfit
from deploy.lab.mutation.telling import line_of, show, write

HERE = Path(__file__).resolve().parents[3]
MUTANTS = HERE / "deploy/lab/mutants"
KNOWN = HERE / "drills/mutants.json"
"""Git ignores it."""

MEMORY_BACKED = Path("/dev/shm")
SOUND_WITHIN = 600.0
"""Seconds for all tests that caught something to pass where nothing is broken."""


def run(report: Path | None, names: Sequence[str], at_once: int = 2) -> bool:
    """Hunt the mutants of these names, or all; ValueError names one that there is not."""
    console = Console(highlight=False)
    mutants = chosen(mutants_in(MUTANTS), names)
    with grounds() as folder:
        clean = checkout_at(HERE).copy(folder / "clean")  # whoever edits meanwhile changes nothing
        memory = recall(KNOWN, tree=clean.digest())
        yard = Yard(clean=clean, memory=memory, at_once=at_once, ask=course)
        results = hunt_all(
            mutants, yard, say=lambda one: console.print(line_of(one), soft_wrap=True)
        )
    show(results, console)
    if report is not None:
        write(report, results)
    return all(one.caught_by for one in results)


@contextmanager
def grounds() -> Iterator[Path]:
    """A folder for copies, in memory where the machine has such a place."""
    shelf = str(MEMORY_BACKED) if MEMORY_BACKED.is_dir() else None
    with tempfile.TemporaryDirectory(
        prefix="pgbaton-mutants-", dir=shelf, ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def chosen(mutants: Sequence[Mutant], names: Sequence[str]) -> Sequence[Mutant]:
    """Those that were asked for, in their own order."""
    there = {one.name for one in mutants}
    if strangers := [name for name in names if name not in there]:
        raise ValueError(f"no mutant {strangers[0]}; there is: {', '.join(sorted(there))}")
    return [one for one in mutants if one.name in names or not names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """What a hunt needs: a copy that nobody breaks, what is known of it, how many mutants run at once
    beside it, and whom to ask."""

    clean: Checkout
    memory: Memory
    at_once: int
    ask: Callable[[Mutant], Iterable[Catchers]]


def hunt_all(
    mutants: Sequence[Mutant], yard: Yard, *, say: Callable[[Result], None]
) -> list[Result]:
    """Every mutant's end, in their order; `say` hears each at once. Who was caught by a test that fails
    in the clean copy as well was not caught."""
    bench = Bench()
    try:
        found = _hunted(mutants, yard, bench, say)
        unsound = _unsound(found.values(), yard, bench)
    finally:
        bench.close()
    return [Result(mutant=one, outcome=_held_against(found[one.name], unsound)) for one in mutants]


def _hunted(
    mutants: Sequence[Mutant], yard: Yard, bench: Bench, say: Callable[[Result], None]
) -> dict[str, Outcome]:
    places: SimpleQueue[Path] = SimpleQueue()
    for number in range(yard.at_once):
        places.put(yard.clean.root.parent / str(number))
    found: dict[str, Outcome] = {}
    pool = ThreadPoolExecutor(yard.at_once)
    try:
        ends = [pool.submit(_one, mutant, yard, bench, places) for mutant in mutants]
        for end in as_completed(ends):
            result = end.result()
            found[result.mutant.name] = result.outcome
            say(result)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _one(mutant: Mutant, yard: Yard, bench: Bench, places: SimpleQueue[Path]) -> Result:
    if known := yard.memory.by(mutant):
        return Result(mutant=mutant, outcome=Caught(by=known))
    place = places.get()
    try:
        asked = yard.ask(mutant)
        outcome = hunt(mutant, yard.clean, place=place, catchers=asked, bench=bench)
    finally:
        places.put(place)
    if isinstance(outcome, Caught):
        yard.memory.note(mutant, outcome.by)
    return Result(mutant=mutant, outcome=outcome)


def _unsound(outcomes: Iterable[Outcome], yard: Yard, bench: Bench) -> dict[str, str]:
    """The catchers that do not pass in the clean copy, each with why."""
    names = {one.by for one in outcomes if isinstance(one, Caught)} - yard.memory.sound
    if not names:
        return {}
    try:
        failing = bench.failing(yard.clean, sorted(names), within=SOUND_WITHIN)
    except UnfitError as error:
        return dict.fromkeys(names, f"the tests without any mutant: {error}")
    yard.memory.note_sound(names - set(failing), but=set(failing))
    return {name: f"{name} fails without the mutant as well" for name in failing}


def _held_against(outcome: Outcome, unsound: dict[str, str]) -> Outcome:
    if isinstance(outcome, Caught) and outcome.by in unsound:
        return Unfit(reason=unsound[outcome.by], remedy="mend the test, or run it alone")
    return outcome

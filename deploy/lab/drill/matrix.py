"""Several drills, one after the other or several at once, each in a process and a lab of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from deploy.lab.drill.keepsake import DRILLS
from deploy.lab.drill.results import Result, Trial, add_result, of_trial, read_results
from deploy.lab.machine import CHECKOUT

LONGEST = 900.0
"""Seconds after which a drill is ended: it hangs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One drill to be played in a process of its own, by these words after `drill`; `minutes` is for how
    long faults are composed, where they are; beside a `quiet` one nothing else runs."""

    trial: Trial
    words: Sequence[str]
    minutes: float = 0.0
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """What the operator asked for: each of `plays` until it was played `times` times, `at_once` labs at a
    time; `results` is where they add up, `report` where this run's reports go."""

    plays: Sequence[Play]
    times: int
    at_once: int
    results: Path
    report: Path | None = None


@dataclass(slots=True)
class Running:
    """The drills that run at this moment, so that an end ends them all."""

    processes: set[subprocess.Popen[bytes]] = field(default_factory=set)

    def end(self) -> None:
        for process in tuple(self.processes):
            process.send_signal(signal.SIGTERM)


End = tuple[Result, dict[str, Any] | None]
"""What a drill came to, and its report where it left one."""


def play_all(matrix: Matrix) -> bool:
    """Play what is not played yet; True where every result of these trials is a pass."""
    console, reports = Console(highlight=False), list[dict[str, Any]]()
    due = due_plays(matrix, read_results(matrix.results))
    console.print(
        f"{len(due)} drills to play, {matrix.at_once} at once; results in {matrix.results}"
    )
    with _pool(matrix.at_once) as (pool, running):
        for number, (result, report) in enumerate(
            ends(due, pool, partial(_play, running=running)), start=1
        ):
            reports += [report] if report else []
            add_result(result, matrix.results)
            console.print(_line(result, number, len(due)), soft_wrap=True)
    if matrix.report is not None:
        matrix.report.write_text(json.dumps({"drills": reports}, indent=2) + "\n")
    return _all_passed(matrix)


def due_plays(matrix: Matrix, known: Sequence[Result]) -> list[Play]:
    """What is left to play, round after round: a run that is broken off has tried everything equally often."""
    have = {one.trial: len(of_trial(known, one.trial)) for one in matrix.plays}
    return [
        one for number in range(matrix.times) for one in matrix.plays if have[one.trial] <= number
    ]


@contextmanager
def _pool(at_once: int) -> Iterator[tuple[ThreadPoolExecutor, Running]]:
    running = Running()
    pool = ThreadPoolExecutor(max_workers=at_once)
    try:
        yield pool, running
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        running.end()
        raise
    finally:
        pool.shutdown(wait=True)


def ends(
    due: Sequence[Play], pool: ThreadPoolExecutor, run: Callable[[Play], End]
) -> Iterator[End]:
    """What each comes to, as it ends; the quiet ones wait until the others are over."""
    together = [pool.submit(run, one) for one in due if not one.quiet]
    yield from (end.result() for end in as_completed(together))
    yield from (pool.submit(run, one).result() for one in due if one.quiet)


def _play(play: Play, *, running: Running) -> End:
    """One drill in a process of its own; its output stays beside its keepsakes."""
    trial, began = play.trial, time.time()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.json"
        command = [sys.executable, "-m", "deploy.lab", "drill", *play.words, "--report", str(file)]
        _run(command, _log(trial, began), running)
        report = json.loads(file.read_text()) if file.exists() else None
    return _result(play, report, began=began, ended=time.time()), report


def _run(command: Sequence[str], log: Path, running: Running) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        running.processes.add(process)
        try:
            process.wait(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(timeout=60)
        finally:
            running.processes.discard(process)


def _log(trial: Trial, at: float) -> Path:
    return DRILLS / "logs" / f"{trial.drill}-{at:.0f}.log"


LACKING: dict[str, Any] = {
    "verdict": "fail",
    "invariants": [],
    "faults": [],
    "times": {},
    "orders": {},
}


def _result(play: Play, report: dict[str, Any] | None, *, began: float, ended: float) -> Result:
    """What a report comes to; without one the drill itself did not come to its end."""
    said = report or LACKING
    broken = [one["name"] for one in said["invariants"] if not one["held"]]
    more = {"faults": len(said["faults"]), "minutes": play.minutes} if play.minutes else {}
    return Result(
        trial=play.trial,
        at=ended,
        seconds=round(ended - began, 1),
        passed=said["verdict"] == "pass",
        broken=broken if report else [f"it left no report: {_log(play.trial, began)}"],
        times=said["times"],
        orders=said["orders"],
        more=more,
    )


def _line(result: Result, number: int, due: int) -> Text:
    word = ("pass", "green") if result.passed else ("FAIL", "bold red")
    why = "" if result.passed else f"  {'; '.join(result.broken)}"
    told = f"  {result.trial.drill:<28} {result.seconds:>4.0f} s{why}"
    return Text.assemble(f"{number:>3}/{due}  ", word, told)


def _all_passed(matrix: Matrix) -> bool:
    known = read_results(matrix.results)
    return all(one.passed for play in matrix.plays for one in of_trial(known, play.trial))

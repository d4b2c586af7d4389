"""Results add up over runs: what was played is not played again, and another product counts anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

from deploy.lab.drill.listing import markdown
from deploy.lab.drill.matrix import End, Matrix, Play, due_plays, ends
from deploy.lab.drill.results import (
    Result,
    Trial,
    add_result,
    of_trial,
    product_digest,
    read_results,
    scene_digest,
)

TRIAL = Trial(
    drill="switchover", profile="lab", patroni=4, endpoint=None, product="abc", scene="def"
)
OTHER = replace(TRIAL, drill="leader-cut")
PASS = Result(
    trial=TRIAL,
    at=100.0,
    seconds=50.0,
    passed=True,
    times={"writes_resumed": 2.5},
    orders={"acknowledged": 200, "lost": 0, "failed": 3},
)


def plays(results: Path, *, times: int, known: tuple[Result, ...]) -> list[str]:
    matrix = Matrix(
        plays=[Play(trial=one, words=[one.drill]) for one in (TRIAL, OTHER)],
        times=times,
        at_once=1,
        results=results,
    )
    return [one.trial.drill for one in due_plays(matrix, known)]


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    """And a line that a killed run left half written is left out."""
    path = tmp_path / "deep/results.jsonl"
    add_result(PASS, path)
    add_result(replace(PASS, passed=False, broken=("a lost order",)), path)
    with path.open("a") as file:
        file.write('{"trial": {"drill": "sw')
    read = read_results(path)
    assert [one.passed for one in read] == [True, False]
    assert read[0].trial == TRIAL
    assert list(read[1].broken) == ["a lost order"]


def test_no_results_are_none(tmp_path: Path) -> None:
    """A first run starts from nothing."""
    assert read_results(tmp_path / "results.jsonl") == ()


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    """Round after round, less what is there."""
    results = tmp_path / "results.jsonl"
    assert plays(results, times=2, known=()) == ["switchover", "leader-cut"] * 2
    assert plays(results, times=2, known=(PASS,)) == ["leader-cut", "switchover", "leader-cut"]
    assert plays(results, times=1, known=(PASS, replace(PASS, trial=OTHER))) == []


def test_nothing_runs_beside_what_measures() -> None:
    """The quiet one comes last, and alone; the others run together."""
    quiet = Play(trial=TRIAL, words=["switchover"], quiet=True)
    loud = [Play(trial=OTHER, words=["leader-cut"])] * 2
    together, log = Barrier(2, timeout=20), list[str]()

    def run(play: Play) -> End:
        log.append(f"+{play.trial.drill}")
        if not play.quiet:
            together.wait()
        log.append(f"-{play.trial.drill}")
        return replace(PASS, trial=play.trial), None

    with ThreadPoolExecutor(3) as pool:
        played = [result.trial.drill for result, _ in ends([quiet, *loud], pool, run)]
    assert played == ["leader-cut", "leader-cut", "switchover"]
    assert log[-2:] == ["+switchover", "-switchover"]


def test_another_product_counts_anew(tmp_path: Path) -> None:
    """What was played with other code proves nothing of this one."""
    older = replace(PASS, trial=replace(TRIAL, product="older"))
    assert of_trial((PASS, older), TRIAL) == (PASS,)
    assert "switchover" in plays(tmp_path / "results.jsonl", times=1, known=(older,))


def row(results: tuple[Result, ...], name: str) -> str:
    return next(line for line in markdown(results).splitlines() if line.startswith(name))


def test_the_table_counts_passes_and_failures() -> None:
    """The newest product's results alone, with their seconds and orders."""
    older = replace(PASS, trial=replace(TRIAL, product="older"), passed=False)
    failed = replace(PASS, passed=False, times={"writes_resumed": 4.5})
    told = row((older, PASS, failed), "| `switchover`")
    assert "| lab | 1 of 2 | 2.5 to 4.5, median 3.5 | 0 of 400 |" in told


def test_the_table_says_what_was_never_played() -> None:
    """Every disaster stands there with what must follow, played or not, and whether anybody waited."""
    assert "another member leads in the end" in row((), "| `switchover`")
    assert "| not yet |" in row((), "| `switchover`")
    quiet = replace(PASS, times={"writes_resumed": None})
    assert "| 1 of 1 | - |" in row((quiet,), "| `switchover`")


def test_the_table_adds_composed_faults_up() -> None:
    """Minutes and faults of the newest product's labs."""
    trial = replace(TRIAL, drill="random-7-0")
    first = replace(PASS, trial=trial, more={"minutes": 10.0, "faults": 36})
    second = replace(first, trial=replace(trial, drill="random-7-1"))
    assert row((first, second), "| 20 |") == "| 20 | 72 | 2 of 2 | 0 of 400 |"


def test_digests_follow_what_they_are_of() -> None:
    """Short, the same twice, and of another file another one."""
    assert product_digest() == product_digest()
    assert scene_digest(markdown) != scene_digest(add_result)

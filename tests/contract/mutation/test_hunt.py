"""Mutants hunted in a checkout so small that everybody sees what must come out."""

import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.lab.mutation.catching import Bench, UnfitError
from deploy.lab.mutation.checkout import Checkout, checkout_at
from deploy.lab.mutation.course import Catchers
from deploy.lab.mutation.memory import Memory
from deploy.lab.mutation.mutant import Mutant
from deploy.lab.mutation.outcome import Caught, Outcome, Result, Survived, Unfit
from deploy.lab.mutation.run import Yard, hunt_all
from tests.parts import ROOT, require
from tests.waiting import until

FILES = {
    "jobs/__init__.py": '"""Not the real one."""\n',
    "jobs/price.py": "def price(count: int) -> int:\n    # ten each\n    return count * 10\n",
    "tests/unit/test_price.py": (
        "import pathlib, random, subprocess, sys\n"
        "from jobs.price import price\n"
        "def test_ten_each(): assert price(2) == 20\n"
        "def test_nothing_is_free(): assert price(1) > 0\n"
        "def test_a_process_without_any_path_imports_this_copy():\n"
        "    said = subprocess.run([sys.executable, '-c', 'import jobs.price as p; print(p.__file__)'],\n"
        "        cwd='/', env={}, capture_output=True, text=True).stdout\n"
        "    assert pathlib.Path(said.strip()).parent == pathlib.Path(__file__).parents[2] / 'jobs'\n"
    ),
    "tests/unit/test_ill.py": "def test_never_passes(): assert False\n",
    "tests/unit/test_once.py": (
        "import pathlib\n"
        "def test_fails_once():\n"
        "    mark = pathlib.Path(__file__).with_suffix('.mark')\n"
        "    before, _ = mark.exists(), mark.touch()\n"
        "    assert before\n"
    ),
    "tests/unit/test_long.py": (
        "import pathlib, subprocess\n"
        "def test_long():\n"
        "    child = subprocess.Popen(['sleep', '300'])\n"
        "    pathlib.Path(__file__).with_suffix('.pid').write_text(f'{child.pid}\\n')\n"
        "    child.wait()\n"
    ),
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = ["--import-mode=importlib", "--disable-plugin-autoload"]\npythonpath = ["."]\n',
}
WELL = "tests/unit/test_price.py"


def patch(before: str, after: str) -> str:
    file = "jobs/price.py"
    old = FILES[file].splitlines()
    new = [after if line == before else line for line in old]
    lines = [
        x
        for a, b in zip(old, new, strict=True)
        for x in ([f" {a}"] if a == b else [f"-{a}", f"+{b}"])
    ]
    head = f"diff --git a/{file} b/{file}\n--- a/{file}\n+++ b/{file}\n@@ -1,3 +1,3 @@\n"
    return head + "\n".join(lines) + "\n"


HARM = patch("    return count * 10", "    return count * 11")
MUTANTS = {
    "harmful": (HARM, WELL),
    "harmless": (patch("    # ten each", "    # a tenner each"), WELL),
    "outdated": (HARM.replace("# ten each", "# nine each"), WELL),
    "unreadable": (patch("    return count * 10", "    return count *"), WELL),
    "ill": (patch("    # ten each", "    # ill"), "tests/unit/test_ill.py"),
    "once": (patch("    # ten each", "    # once"), "tests/unit/test_once.py"),
}


def mutant(name: str) -> Mutant:
    patch_, place = MUTANTS[name]
    return Mutant(name=name, breaks="It.", costs="It.", look_first=(place,), patch=patch_)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A copy of that small checkout, with this very environment."""
    require("git")
    root = tmp_path_factory.mktemp("small")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    small = Checkout(root=root, files=tuple(FILES), venv=Path(sys.prefix))
    return small.copy(tmp_path_factory.mktemp("hunt") / "clean")


@pytest.fixture(scope="module")
def found(clean: Checkout) -> Mapping[str, Outcome]:
    """Every mutant's end, of one hunt."""
    results, told = hunted(clean)
    assert sorted(one.mutant.name for one in told) == sorted(MUTANTS)
    return {one.mutant.name: one.outcome for one in results}


def hunted(clean: Checkout) -> tuple[list[Result], list[Result]]:
    told: list[Result] = []
    yard = Yard(
        clean=clean,
        memory=Memory(file=clean.root.parent / "mutants.json", tree="tree"),
        at_once=2,
        ask=lambda one: [Catchers(where=one.look_first, within=50)],
    )
    return hunt_all([mutant(name) for name in MUTANTS], yard, say=told.append), told


def test_a_mutant_that_does_harm_is_caught(found: Mapping[str, Outcome]) -> None:
    """The test that noticed is named; and nothing of the copy was imported from elsewhere."""
    assert found["harmful"] == Caught(by=f"{WELL}::test_ten_each")


def test_a_mutant_that_does_none_survives(found: Mapping[str, Outcome]) -> None:
    """All tests pass, the one about what is imported too."""
    assert found["harmless"] == Survived()


def test_a_patch_that_does_not_apply_is_to_be_renewed(found: Mapping[str, Outcome]) -> None:
    """It proves nothing, and says what to do."""
    outcome = found["outdated"]
    assert isinstance(outcome, Unfit)
    assert (outcome.reason[:27], outcome.remedy) == (
        "the patch does not apply: e",
        "renew the patch",
    )


def test_a_mutant_that_cannot_be_imported_proves_nothing(found: Mapping[str, Outcome]) -> None:
    """Any test at all would notice that."""
    assert isinstance(found["unreadable"], Unfit)


def test_a_test_that_always_fails_catches_nobody(found: Mapping[str, Outcome]) -> None:
    """What fails in the clean copy as well is no proof."""
    outcome = found["ill"]
    assert isinstance(outcome, Unfit)
    assert "fails without the mutant as well" in outcome.reason


def test_a_test_that_fails_once_only_catches_nobody(found: Mapping[str, Outcome]) -> None:
    """It failed for another reason than the mutant."""
    assert found["once"] == Survived()


def test_whoever_interrupts_a_hunt_leaves_nothing_running(clean: Checkout) -> None:
    """Tests in the middle of their work end, and what they started ends with them."""
    bench, note = Bench(), clean.root / "tests/unit/test_long.pid"
    with ThreadPoolExecutor(1) as pool:
        long = Catchers(where=("tests/unit/test_long.py",), within=50)
        end = pool.submit(bench.first_failing, clean, long)
        until(
            lambda: note.exists() and note.read_text().endswith("\n"),
            "the test is at work",
            seconds=45,
        )
        bench.close()
        with pytest.raises(UnfitError):
            end.result(timeout=25)
    until(lambda: _gone(note.read_text().strip()), "its child is gone")
    with pytest.raises(UnfitError, match="interrupted"):
        bench.first_failing(clean, long)


def _gone(pid: str) -> bool:
    """Ended, be it that nobody has taken note of it."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_product_s_copy_imports_itself(tmp_path: Path) -> None:
    """Its python and its programs, from anywhere and with an empty environment."""
    require("git")
    copy = checkout_at(ROOT).copy(tmp_path / "copy")
    code = "import deploy, jobs, webhook, workers as w; print(deploy, jobs, webhook, w)"
    for command in ([f"{copy.python}", "-c", code], [f"{copy.venv}/bin/pgbaton", "--help"]):
        done = subprocess.run(command, cwd="/", env={}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    said = subprocess.run(
        [copy.python, "-c", code], cwd="/", env={}, capture_output=True, text=True
    )
    assert said.stdout.count(f"from '{copy.root}/") == 4
    program = (copy.venv / "bin/pgbaton").read_text()
    assert program.startswith(f"#!{copy.venv}/bin/python")

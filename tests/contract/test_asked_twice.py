"""What CI does with a test that fails by chance, tried on a small suite of its own."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parts import OF_THE_TESTS, ROOT

BY_CHANCE = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_some(number):
    asked = Path(f"{{__file__}}.{{number}}")
    first = not asked.exists()
    asked.touch()
    assert not first, "a bad second"
"""
NEVER = """
def test_fault():
    assert False, "a fault"
"""


def asked_of_pytest() -> list[str]:
    """Read the arguments that CI's `./dev test` has."""
    [line] = [one for one in (ROOT / ".ci/run").read_text().splitlines() if "./dev test" in one]
    return shlex.split(line)[2:]


def run(folder: Path, file: str, suite: str) -> tuple[int, str]:
    """Run one file of a small suite as CI would, on two workers; its exit code and output."""
    (folder / file).parent.mkdir(parents=True)
    (folder / file).write_text(suite)
    options = ["-n", "2", "-c", os.devnull, "--rootdir", str(folder), *asked_of_pytest()]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, file],
        cwd=folder,
        env=OF_THE_TESTS,
        capture_output=True,
        text=True,
        timeout=50,
    )
    return done.returncode, done.stdout + done.stderr


def test_what_passes_the_second_time_is_told_in_full(tmp_path: Path) -> None:
    """The run passes; what was said first, and how often, stands in its output."""
    code, output = run(tmp_path, "tests/contract/test_a.py", BY_CHANCE.format(count=3))
    assert code == 0, output
    assert output.count("AssertionError: a bad second") == 3
    assert "3 passed, 3 rerun in" in output.splitlines()[-1]


@pytest.mark.parametrize(
    ("file", "suite", "closing"),
    [
        pytest.param("tests/contract/test_a.py", NEVER, "1 failed, 1 rerun", id="fails-again"),
        pytest.param("tests/unit/test_a.py", NEVER, "1 failed in", id="pure"),
        pytest.param(
            "tests/contract/test_a.py",
            BY_CHANCE.format(count=4),
            "1 failed, 3 passed, 3 rerun",
            id="a-fourth",
        ),
    ],
)
def test_a_fault_stays_one(tmp_path: Path, file: str, suite: str, closing: str) -> None:
    """What fails twice fails the run; so does a pure test at once, and a fourth of one run."""
    code, output = run(tmp_path, file, suite)
    assert code == 1, output
    assert closing in output.splitlines()[-1]

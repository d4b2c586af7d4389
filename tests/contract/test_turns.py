"""The scheduler of ./dev test, tried on a small suite of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.parts import OF_THE_TESTS, ROOT
from tests.turns import ALONE

BESIDE = ("tests/contract/test_a.py", "tests/contract/test_b.py", "tests/unit/test_c.py")
BY_ITSELF = ("tests/contract/hosts/test_timing.py", "tests/contract/lab/test_l.py")
SUITE = """
import glob, os, time
import pytest

def meet(name):
    open(os.environ["MEET"] + "-" + name.partition("::")[0].replace("/", "-"), "w").close()
    end = time.monotonic() + 20
    while len(glob.glob(os.environ["MEET"] + "-*")) < 2 and time.monotonic() < end:
        time.sleep(0.01)

@pytest.mark.parametrize("number", range(4))
def test_some(request, number):
    begun = time.monotonic()
    if os.environ["MEET"]:
        meet(request.node.nodeid)
    time.sleep(0.05)
    if os.environ.get("CRASHES") == request.node.nodeid:
        os._exit(1)
    with open(os.environ["DIARY"], "a") as diary:
        diary.write(f"{begun} {time.monotonic()} {request.node.nodeid}\\n")
"""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ran:
    """When a test of the small suite began and ended, in monotonic seconds."""

    begun: float
    ended: float
    name: str


def run(folder: Path, *names: str, crashes: str = "", meet: bool = False) -> list[Ran]:
    """Run files of the small suite on three workers; the diary in order. With `meet` each file waits for another
    one to begin."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(SUITE)
    diary = folder / "diary"
    options = [
        "-p",
        "xdist",
        "-p",
        "tests.conftest",
        "-n",
        "3",
        "--no-loadscope-reorder",
        "-c",
        os.devnull,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(folder), *names],
        cwd=folder,
        env={
            **OF_THE_TESTS,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "DIARY": str(diary),
            "CRASHES": crashes,
            "MEET": str(folder / "here") if meet else "",
        },
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == bool(crashes), done.stdout + done.stderr
    lines = (line.split() for line in diary.read_text().splitlines())
    return sorted(Ran(begun=float(b), ended=float(e), name=name) for b, e, name in lines)


def every(*names: str) -> list[str]:
    return sorted(f"{name}::test_some[{number}]" for name in names for number in range(4))


@pytest.mark.parametrize("crashes", ["", "tests/unit/test_c.py::test_some[1]"])
def test_some_run_after_all_others_one_at_a_time(tmp_path: Path, crashes: str) -> None:
    """Each test runs once, whoever crashes beside it; those that run alone overlap with nothing."""
    ran = run(tmp_path, *BESIDE, *BY_ITSELF, crashes=crashes)
    assert sorted([*(one.name for one in ran), *filter(None, [crashes])]) == every(
        *BESIDE, *BY_ITSELF
    )
    last = ran[-8:]
    assert sorted(one.name for one in last) == every(*BY_ITSELF)
    assert max(one.ended for one in ran[:-8]) <= last[0].begun
    assert all(one.ended <= following.begun for one, following in pairwise(last))


def test_files_run_side_by_side(tmp_path: Path) -> None:
    """Three files on three workers: somewhere two tests overlap."""
    ran = run(tmp_path, *BESIDE, meet=True)
    assert any(following.begun < one.ended for one, following in pairwise(ran))


def test_what_runs_alone_is_there() -> None:
    """A file that was moved would silently run beside others again."""
    assert [name for name in ALONE if not (ROOT / name).exists()] == []

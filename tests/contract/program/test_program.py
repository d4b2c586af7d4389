"""The real program, installed once with pip from the index that this machine is configured with; then from one
program to the next with its libraries: what is kept, what goes, what a cut leaves."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.program import program
from tests.contract.program.conftest import LOCK, Place, small
from tests.parts import ROOT

pytestmark = pytest.mark.timeout(150)  # pip fetches and compiles what a machine runs

EVERYTHING = """
import importlib, pkgutil
import deploy, jobs, webhook, workers
roots = [deploy, jobs, webhook, workers]
names = [m.name for r in roots for m in pkgutil.walk_packages(r.__path__, r.__name__ + ".")]
for name in names:
    if not name.endswith("wsgi"):
        importlib.import_module(name)
print(deploy.__file__, len(names))
"""
AS_IN_A_WHEEL = """
import sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
import deploy
from deploy.program import program
assert deploy.__file__.startswith(sys.argv[1]), deploy.__file__
print(program().digest, program().lock_digest)
"""

CUTTER = """#!/bin/sh
n=$(($(cat {count}) - 1))
echo $n >{count}
[ $n -ne 0 ] || kill -9 0
exec {real} "$@"
"""
EFFECTS = ("mkdir", "rm", "gzip", "tar", "ln", "mv")
"""Commands that change something: to be cut before any other is to be cut before the next of these."""


@pytest.fixture(scope="module")
def installed(place: Place) -> Place:
    """It is there, where a half-built venv lay. Its libraries are compiled when they are imported: what
    pip does about that is no concern of these tests, and takes a third of the time."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    half = place.home / f"venv-{program().lock_digest}-{version}/bin"
    half.mkdir(parents=True)
    (half / "pip").write_text("not a program")
    done = place.install(program().archive, env={"PIP_NO_COMPILE": "1"})
    assert done.returncode == 0, done.stderr.decode()
    return place


def test_the_links_name_what_was_sent(installed: Place) -> None:
    """`code` leads to the digest, `venv` through it to the libraries of the lock."""
    assert str((installed.home / "code").readlink()) == f"code-{program().digest}"
    assert (installed.home / "venv").resolve().name.startswith(f"venv-{program().lock_digest}-")


def test_pgbaton_and_gunicorn_answer(installed: Place) -> None:
    """Both run with an empty environment, from any folder."""
    assert installed.says("--version").startswith("pgbaton ")
    gunicorn = [str(installed.home / "venv/bin/gunicorn"), "--version"]
    assert b"gunicorn" in subprocess.run(gunicorn, capture_output=True, env={}, cwd="/").stdout


def test_what_stays_in_the_checkout_is_named(installed: Place) -> None:
    """A machine has no lab; asking for it is a wrong call, and no traceback."""
    said = installed.says("lab")
    assert "`pgbaton lab` is not part of the program that is installed here" in said
    assert "Traceback" not in said


def test_every_module_finds_its_libraries(installed: Place) -> None:
    """What the lock names suffices for all that is imported anywhere."""
    python = str(installed.home / "venv/bin/python3")
    done = subprocess.run([python, "-c", EVERYTHING], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{installed.home}/code-{program().digest}/deploy/")


def test_nobody_but_root_may_write_there(installed: Place) -> None:
    """No file or folder is group's or everybody's to write; all are readable, and compiled."""
    found = [path for path in installed.home.rglob("*") if not path.is_symlink()]
    assert [path for path in found if path.stat().st_mode & 0o022] == []
    assert [path for path in found if path.stat().st_uid != os.geteuid()] == []
    assert [path for path in found if not path.stat().st_mode & 0o004] == []
    code = installed.home / "code"
    assert list(code.glob("jobs/__pycache__/respond.*.pyc"))


def test_a_second_time_needs_no_index(installed: Place) -> None:
    """The same program again is nothing to do."""
    before = {path: path.lstat().st_ino for path in installed.home.iterdir()}
    assert installed.install(program().archive).returncode == 0
    assert {path: path.lstat().st_ino for path in installed.home.iterdir()} == before


def test_an_installed_wheel_packs_the_same_program(tmp_path: Path) -> None:
    """Wherever the operator's pgbaton comes from, machines get the same bytes."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    command = [sys.executable, "-I", "-S", "-c", AS_IN_A_WHEEL, str(tmp_path / "site"), libraries]
    done, here = (
        subprocess.run(command, capture_output=True, text=True, cwd="/"),
        program.__wrapped__(),
    )
    assert done.stdout.split() == [here.digest, here.lock_digest], done.stderr


def cut_at(place: Place, k: int) -> None:
    """From now on the k-th command of the script kills it, before it does anything."""
    count = place.tools.parent / "count"
    count.write_text(str(k))
    for name in EFFECTS:
        real = shutil.which(name)
        (place.tools / name).write_text(CUTTER.format(count=count, real=real))
        (place.tools / name).chmod(0o755)


def heal(place: Place) -> None:
    for name in EFFECTS:
        (place.tools / name).unlink()


def test_the_code_before_is_kept_and_an_older_one_goes(installed: Place) -> None:
    """Two programs lie there after three, one for going back without an index."""
    for word in ("one", "two", "three"):
        assert installed.install(small(word)).returncode == 0
        assert installed.says() == word
    codes = {str((installed.home / name).readlink()) for name in ("code", "code.before")}
    assert installed.folders("code") == sorted(codes)
    assert len(codes) == 2
    assert installed.install(small("two")).returncode == 0
    assert installed.says() == "two"
    assert len(installed.folders("venv")) == 1


def test_a_process_keeps_the_code_that_it_began_with(installed: Place) -> None:
    """What it imports after a switch is still of its own version."""
    installed.install(small("begun with"))
    late = "import sys; sys.stdin.read(); from deploy.cli import main; main()"
    python = str(installed.home / "venv/bin/python3")
    process = subprocess.Popen(
        [python, "-P", "-c", "print(flush=True);" + late],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    installed.install(small("switched to"))
    assert process.communicate("", timeout=20)[0].strip() == "begun with"


def test_half_an_archive_changes_nothing(installed: Place) -> None:
    """A connection that was lost leaves the program, with a word about it."""
    installed.install(small("whole"))
    archive = small("half")
    for length in (0, 5, len(archive) // 2, len(archive) - 4):
        done = installed.install(archive[:length])
        assert done.returncode == 69
        assert b"did not arrive whole; send it again" in done.stderr
        assert installed.says() == "whole"


def test_a_run_that_is_cut_anywhere_leaves_a_program_that_runs(installed: Place) -> None:
    """After each command: what runs is the old or the new one, and the next run finishes."""
    k, old = 1, "cut 0"
    installed.install(small(old))
    while True:
        new = f"cut {k}"
        cut_at(installed, k)
        done = installed.install(small(new))
        heal(installed)
        if done.returncode == 0:
            break
        assert installed.says() in {old, new}
        again = installed.install(small(new))
        assert again.returncode == 0, again.stderr.decode()
        assert len(installed.folders("code")) == 2
        k, old = k + 1, new
    assert installed.says() == new
    assert k > 12, "the script changes more than that"
    assert [path.name for path in installed.home.glob(".*")] == []


def test_without_an_index_new_libraries_leave_the_old_program(installed: Place) -> None:
    """It says what is missing, and what ran runs on with the libraries that it has."""
    installed.install(small("old"))
    done = installed.install(small("new", lock=LOCK + b"# another lock\n"))
    assert done.returncode == 69
    assert b"is the index that pip is configured with reachable from here?" in done.stderr
    assert installed.says() == "old"

"""From one program to the next, with libraries that stay: what is kept, what goes, what a cut leaves."""

import hashlib
import shutil
import subprocess
import sys

import pytest

from tests.contract.program.conftest import LOCK, Place, small

pytestmark = pytest.mark.timeout(120)

CUTTER = """#!/bin/sh
n=$(($(cat {count}) - 1))
echo $n >{count}
[ $n -ne 0 ] || kill -9 0
exec {real} "$@"
"""
EFFECTS = ("mkdir", "rm", "tar", "gzip", "awk", "sync", "ln", "mv", "readlink", "sha256sum")


@pytest.fixture(scope="module", autouse=True)
def begun(place: Place) -> None:
    """The first program is there, where a half-built venv lay; no later one may ask an index."""
    half = place.home / f"venv-{digest_of(LOCK)}-{sys.version_info[0]}.{sys.version_info[1]}/bin"
    half.mkdir(parents=True)
    (half / "pip").write_text("not a program")
    done = place.install(small("first"), env={})
    assert done.returncode == 0, done.stderr.decode()


def digest_of(lock: bytes) -> str:
    return hashlib.sha256(lock).hexdigest()[:16]


def cut_at(place: Place, k: int) -> None:
    """From now on the k-th command of the script kills it, before it does anything."""
    count = place.tools.parent / "count"
    count.write_text(str(k))
    for name in EFFECTS:
        real = shutil.which(name)
        (place.tools / name).write_text(CUTTER.format(count=count, real=real))
        (place.tools / name).chmod(0o755)


def heal(place: Place) -> None:
    for path in place.tools.iterdir():
        path.unlink()


def test_the_code_before_is_kept_and_an_older_one_goes(place: Place) -> None:
    """Two programs lie there after three, one for going back without an index."""
    for word in ("one", "two", "three"):
        assert place.install(small(word)).returncode == 0
        assert place.says() == word
    codes = {str((place.home / name).readlink()) for name in ("code", "code.before")}
    assert place.folders("code") == sorted(codes)
    assert len(codes) == 2
    assert place.install(small("two")).returncode == 0
    assert place.says() == "two"
    assert len(place.folders("venv")) == 1


def test_a_process_keeps_the_code_that_it_began_with(place: Place) -> None:
    """What it imports after a switch is still of its own version."""
    place.install(small("begun with"))
    late = "import sys; sys.stdin.read(); from deploy.cli import main; main()"
    python = str(place.home / "venv/bin/python3")
    process = subprocess.Popen(
        [python, "-P", "-c", "print(flush=True);" + late],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    place.install(small("switched to"))
    assert process.communicate("", timeout=20)[0].strip() == "begun with"


def test_half_an_archive_changes_nothing(place: Place) -> None:
    """A connection that was lost leaves the program, with a word about it."""
    place.install(small("whole"))
    archive = small("half")
    for length in (0, 5, len(archive) // 2, len(archive) - 4):
        done = place.install(archive[:length])
        assert done.returncode == 69
        assert b"did not arrive whole; send it again" in done.stderr
        assert place.says() == "whole"


def test_a_run_that_is_cut_anywhere_leaves_a_program_that_runs(place: Place) -> None:
    """After each command: what runs is the old or the new one, and the next run finishes."""
    k, old = 1, "cut 0"
    place.install(small(old))
    while True:
        new = f"cut {k}"
        cut_at(place, k)
        done = place.install(small(new))
        heal(place)
        if done.returncode == 0:
            break
        assert place.says() in {old, new}
        again = place.install(small(new))
        assert again.returncode == 0, again.stderr.decode()
        assert place.says() == new
        assert len(place.folders("code")) == 2
        k, old = k + 1, new
    assert k > 20, "the script has more commands than that"
    assert [path.name for path in place.home.glob(".*")] == []


def test_without_an_index_new_libraries_leave_the_old_program(place: Place) -> None:
    """It says what is missing, and what ran runs on with the libraries that it has."""
    place.install(small("old"))
    done = place.install(small("new", lock=LOCK + b"# another lock\n"))
    assert done.returncode == 69
    assert b"is the index that pip is configured with reachable from here?" in done.stderr
    assert place.says() == "old"

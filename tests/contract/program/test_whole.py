"""The real program, installed once with pip from the index that this machine is configured with."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from deploy.program import program
from tests.contract.program.conftest import Place
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


@pytest.fixture(scope="module")
def installed(place: Place) -> Place:
    done = place.install(program().archive, env={})
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

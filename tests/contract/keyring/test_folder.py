"""The folder with real Git, real modes, and real deaths in the middle."""

import datetime as dt
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.keyring import UnsafeFolderError, expiries, read
from deploy.keyring.keyring import Keyring
from deploy.keyring.opening import opened
from jobs.inventory import Inventory
from tests.contract.keyring.conftest import ETCD, Site, made_site
from tests.contract.keyring.sites import site_toml

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_nobody_else_may_look_whatever_the_umask_says(tmp_path: Path) -> None:
    """Folders are 0700, files 0600."""
    site = made_site(tmp_path / "keys", NOW)
    everything = [site.folder, *site.folder.rglob("*")]
    assert {stat.S_IMODE(p.stat().st_mode) for p in everything if p.is_dir()} == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in everything if p.is_file()} == {0o600}


def test_git_sees_nothing_of_it(require: Callable[[str], Path], tmp_path: Path) -> None:
    """`git add .` beside the folder takes no key."""
    git = require("git")
    made_site(tmp_path / "keys", NOW)
    (tmp_path / "inventory.toml").touch()
    _git(git, tmp_path, "init", "-q")
    _git(git, tmp_path, "add", ".")
    assert _git(git, tmp_path, "ls-files") == "inventory.toml\n"


def test_a_folder_that_git_keeps_is_refused(require: Callable[[str], Path], tmp_path: Path) -> None:
    """A key that stands in a repository is no secret any more."""
    git, site = require("git"), made_site(tmp_path / "keys", NOW)
    _git(git, tmp_path, "init", "-q")
    _git(git, tmp_path, "add", "-f", "keys/ca.key")
    with pytest.raises(UnsafeFolderError, match=r"is kept by Git: ca\.key"), opened(site.folder):
        pass


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    """Nothing is written into it."""
    folder = tmp_path / "keys"
    folder.mkdir()
    folder.chmod(0o750)
    with pytest.raises(UnsafeFolderError, match=r"open to others \(mode 0750\)") as refused:
        made_site(folder, NOW)
    assert "chmod 700" in refused.value.remedy
    assert list(folder.iterdir()) == []


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    """The second one is told to wait."""
    with (
        opened(tmp_path / "keys"),
        pytest.raises(UnsafeFolderError, match="another run"),
        opened(tmp_path / "keys"),
    ):
        pass


def test_a_run_that_is_killed_is_finished_by_the_next(tmp_path: Path, site: Site) -> None:
    """Killed at once or late, a run leaves no half key: the next one makes exactly the rest."""
    inventory, keys = tmp_path / "inventory.toml", tmp_path / "keys"
    inventory.write_text(site_toml(ETCD))
    killed = [_killed(inventory, keys, files=after) for after in (3, 20, 40)]
    assert any(killed)
    whole = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    again = made_site(keys, NOW)
    swept = {path for path in whole if path.suffix == ".part"}
    assert {p for p, text in whole.items() if not p.exists() or p.read_bytes() != text} == swept
    assert not list(keys.rglob("*.part"))
    known = read(again.text)
    assert isinstance(known, Inventory)
    assert not [one for one in expiries(Keyring(keys), known, NOW) if one.wrong]


def _killed(inventory: Path, keys: Path, *, files: int) -> bool:
    """Run `keys make`, and kill it as soon as the folder holds so many files; whether that came in time."""
    program = "from deploy.cli import main; main()"
    command = [sys.executable, "-c", program, "keys", "make", "--inventory", str(inventory)]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None:
        if sum(path.is_file() for path in keys.rglob("*")) >= files:
            run.kill()
    return run.wait(10) == -signal.SIGKILL


def _git(git: Path, folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [git, "-C", folder, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout

"""The folder that render writes: what was rendered last, with its modes, and nothing of anybody else's touched."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.blueprint import Blueprint, RenderedFile
from deploy.render import ForeignFile, write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def _tree(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        str(f.relative_to(folder)): (stat.S_IMODE(f.stat().st_mode), f.read_text())
        for f in folder.rglob("*")
        if f.is_file() and f.parent != folder
    }


def test_every_file_lies_where_it_lies_on_its_machine(
    folder: Path, blueprints: Mapping[str, Blueprint]
) -> None:
    """Path below the machine's name, text, and mode; secrets are their owner's alone."""
    write_folder(folder, blueprints, known=blueprints)
    tree = _tree(folder)
    assert len(tree) == sum(len(b.files) + len(b.fragments) for b in blueprints.values())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name, blueprint in blueprints.items():
        for file in blueprint.files:
            assert tree[f"{name}{file.path}"] == (0o600 if file.secret else file.mode, file.text)
    assert tree["pg1/fragments/cloud-init.yml"][0] == 0o600
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_second_run_changes_nothing(folder: Path, blueprints: Mapping[str, Blueprint]) -> None:
    """Every file is as before."""
    write_folder(folder, blueprints, known=blueprints)
    again = write_folder(folder, blueprints, known=blueprints)
    assert {(done.changed, done.removed) for done in again.values()} == {(0, 0)}


def _one(name: str, *paths: str) -> dict[str, Blueprint]:
    files = tuple(RenderedFile(path=path, text="x\n") for path in paths)
    return {name: Blueprint(machine=name, files=files)}


def test_what_nobody_needs_any_more_is_removed(folder: Path) -> None:
    """A file, its empty folders, and a machine that there is no more; nothing else."""
    before = {**_one("a", "/etc/x/one", "/etc/two"), **_one("b", "/etc/three")}
    write_folder(folder, before, known=before)
    done = write_folder(folder, _one("a", "/etc/two"), known=("a",))
    assert set(_tree(folder)) == {"a/etc/two"}
    assert not (folder / "a/etc/x").exists()
    assert not (folder / "b").exists()
    assert done["a"].removed == 1


def test_one_machine_alone_leaves_the_others(folder: Path) -> None:
    """Another machine's files stay, and stay known as ours."""
    both = {**_one("a", "/etc/one"), **_one("b", "/etc/two")}
    write_folder(folder, both, known=both)
    write_folder(folder, _one("a", "/etc/other"), known=both)
    assert set(_tree(folder)) == {"a/etc/other", "b/etc/two"}
    write_folder(folder, both, known=both)
    assert set(_tree(folder)) == {"a/etc/one", "b/etc/two"}


@pytest.mark.parametrize("where", ["notes.txt", "a/etc/mine", "b/etc/deep/er"])
def test_foreign_files_are_refused_before_anything_changes(folder: Path, where: str) -> None:
    """Beside ours, among ours, or in an empty folder."""
    write_folder(folder, _one("a", "/etc/one"), known=("a",))
    foreign = folder / where
    foreign.parent.mkdir(parents=True, exist_ok=True)
    foreign.write_text("mine")
    with pytest.raises(ForeignFile, match=where):
        write_folder(folder, _one("a", "/etc/other"), known=("a",))
    assert (folder / "a/etc/one").exists()
    assert foreign.read_text() == "mine"


def test_no_link_is_followed(folder: Path, tmp_path: Path) -> None:
    """A folder of somebody else's behind a link is not written to."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "a").symlink_to(elsewhere)
    with pytest.raises(ForeignFile):
        write_folder(folder, _one("a", "/etc/one"), known=("a",))
    assert list(elsewhere.iterdir()) == []


def test_a_run_that_was_cut_is_finished_by_the_next(folder: Path) -> None:
    """Whatever it had written is ours, though the end of the list was never reached."""
    wanted = _one("a", "/etc/one", "/etc/two")
    broken = {"a": replace(wanted["a"], files=(*wanted["a"].files, _unwritable()))}
    with pytest.raises(UnicodeEncodeError):
        write_folder(folder, broken, known=("a",))
    assert (folder / "a/etc/one").exists()
    write_folder(folder, wanted, known=("a",))
    assert set(_tree(folder)) == {"a/etc/one", "a/etc/two"}


def _unwritable() -> RenderedFile:
    return RenderedFile(path="/etc/three", text="\ud800")

"""A folder of rendered files: it holds what was rendered last, and nothing that somebody else put there."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.blueprint import Blueprint, RenderedFile

MANIFEST = ".pgbaton-rendered"
"""The names of our files, one a line: what it does not name is not ours to remove."""
FRAGMENTS = "fragments"
IGNORE = ".gitignore"
"""Says `*`: what lies beside it is secret."""
OWN = frozenset({MANIFEST, f"{MANIFEST}.part", IGNORE})


class ForeignFile(Exception):  # noqa: N818 - reads as a sentence
    """The folder holds something that render did not put there; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many files of a machine were written anew, stayed as they were, and were removed."""

    changed: int
    same: int
    removed: int


def write_folder(
    folder: Path, blueprints: Mapping[str, Blueprint], *, known: Collection[str]
) -> Mapping[str, Written]:
    """Bring the folders of these machines to what their blueprints say. Those of other `known` machines
    stay; of a machine that there is no more, ours are removed. A run that was cut is finished by the next.

    Raises ForeignFile, OSError.
    """
    before = _manifest(folder)
    _refuse_foreign(folder, before)
    wanted = {n: dict(_files(n, blueprint)) for n, blueprint in blueprints.items()}
    kept = {name for name in before if _machine(name) in set(known) - set(wanted)}
    ours = {name for files in wanted.values() for name in files}
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    (folder / IGNORE).write_text("*\n", encoding="utf-8")
    for place in sorted({(folder / name).parent for name in ours}):
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
    _note(folder, before | ours)
    done = {m: _write(folder, files, before) for m, files in wanted.items()}
    gone = before - kept - ours
    for name in sorted(gone):
        _remove(folder, name)
    _note(folder, kept | ours)
    return done


def _files(machine: str, blueprint: Blueprint) -> Iterator[tuple[str, RenderedFile]]:
    for file in blueprint.files:
        yield f"{machine}{file.path}", file
    for name, file in blueprint.fragments.items():
        yield f"{machine}/{FRAGMENTS}/{name}", file


def _machine(name: str) -> str:
    return name.partition("/")[0]


def _write(folder: Path, files: Mapping[str, RenderedFile], before: Collection[str]) -> Written:
    changed = [name for name, file in files.items() if _put(folder / name, file)]
    machines = {_machine(name) for name in files}
    removed = [n for n in before if _machine(n) in machines and n not in files]
    return Written(changed=len(changed), same=len(files) - len(changed), removed=len(removed))


def _put(path: Path, file: RenderedFile) -> bool:
    """Whether it had to be written. A secret never lies there with a mode that shows it."""
    mode = 0o600 if file.secret else file.mode
    text = file.text.encode()
    if path.exists() and path.read_bytes() == text and path.stat().st_mode & 0o7777 == mode:
        return False
    path.unlink(missing_ok=True)
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as written:
        written.write(text)
        os.fchmod(written.fileno(), mode)
    return True


def _remove(folder: Path, name: str) -> None:
    """A file, and the folders that are empty without it."""
    (folder / name).unlink(missing_ok=True)
    for parent in (folder / name).parents:
        if parent == folder or any(parent.iterdir()):
            return
        parent.rmdir()


def _manifest(folder: Path) -> set[str]:
    try:
        return set((folder / MANIFEST).read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return set()


def _note(folder: Path, names: Collection[str]) -> None:
    part = folder / f"{MANIFEST}.part"
    part.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")
    part.replace(folder / MANIFEST)


def _refuse_foreign(folder: Path, ours: Collection[str]) -> None:
    foreign = sorted(set(_found(folder)) - set(ours) - OWN)
    if foreign:
        shown = ", ".join(foreign[:3]) + (", …" if len(foreign) > 3 else "")  # noqa: PLR2004
        raise ForeignFile(f"{folder} holds files that render did not put there: {shown}")


def _found(folder: Path) -> Iterator[str]:
    """Files by their names below the folder; a link counts as a file, so that none is followed."""
    for where, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in (*files, *links):
            yield str((Path(where) / name).relative_to(folder))

"""What is looked at before a key is written: a folder that others read, or Git keeps, keeps no secret."""

from __future__ import annotations

import fcntl
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.keyring.vault import Vault

IGNORE = "# Written by pgbaton keys: nothing of this folder belongs into Git.\n*\n"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class UnsafeFolderError(Exception):
    """The folder must not hold keys; `remedy` says what makes it fit."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


@contextmanager
def opened(folder: Path) -> Iterator[Vault]:
    """The folder to write into, made where it is missing, for one run at a time.

    Raises UnsafeFolderError, also where another run is under way.
    """
    if not os.path.lexists(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    demand_private(folder)
    vault = Vault(folder)
    with _alone(folder):
        vault.sweep()
        if not vault.has(".gitignore"):
            vault.create(".gitignore", IGNORE)
        yield vault


def demand_private(folder: Path) -> None:
    """Raise UnsafeFolderError where somebody else may look into it, or Git keeps some of it."""
    if not folder.is_dir():
        raise UnsafeFolderError(f"{folder} is no folder", "name another one with --keys")
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise UnsafeFolderError(
            f"{folder} belongs to another user",
            "run this as its owner, or name a folder of your own with --keys",
        )
    if found.st_mode & _OTHERS:
        raise UnsafeFolderError(
            f"{folder} is open to others (mode {stat.S_IMODE(found.st_mode):04o})",
            f"if nobody can have read it: chmod 700 {folder}; else name another folder with --keys",
        )
    kept = _kept_by_git(folder)
    if kept:
        raise UnsafeFolderError(
            f"{folder} is kept by Git: {kept[0]}"
            + (f" and {len(kept) - 1} more" * (len(kept) > 1)),
            "what Git keeps is no secret any more: git rm -r --cached that folder, move it away, "
            "and make new keys",
        )


def _kept_by_git(folder: Path) -> list[str]:
    """The files of the folder that Git tracks; none where there is no repository, or no Git."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        asked = subprocess.run(
            ["git", "-C", str(folder), "ls-files", "-z", "--", "."],
            capture_output=True,
            text=True,
            check=False,
            env=environ,
            stdin=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        return []
    return [name for name in asked.stdout.split("\0") if name] if asked.returncode == 0 else []


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise UnsafeFolderError(
            f"another run of pgbaton keys is at work in {folder}", "wait until it has ended"
        ) from None
    finally:
        os.close(lock)

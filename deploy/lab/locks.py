"""Locks on folders themselves: whoever holds one lives, and what nobody holds may be removed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def alone(folder: Path) -> int | None:
    """Lock a folder for oneself, until the handle is closed; None while a living process holds it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def together(folder: Path) -> int:
    """Lock a folder with others who only use it; waits for whoever has it alone."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One after the other: waits, and holds the folder alone while the block runs."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

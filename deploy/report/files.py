"""A report's file: renamed into its place when it is whole, sealed so that people's own words are noticed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

_SEAL = re.compile(r"\n<!-- pgbaton report, sha256:([0-9a-f]{64}) -->\n\Z")


class Edited(Exception):  # noqa: N818 - reads as a sentence
    """Somebody has written into this file, or it is none of ours."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was edited since pgbaton wrote it, or is none of its files")
        self.path = path


def write_sealed(path: Path, text: str) -> None:
    """Write beside the place and rename. OSError where that cannot be done."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(sealed(text))
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644 & ~_umask())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def refuse_edited(path: Path) -> None:
    """Raise Edited where a file stands there that is not as pgbaton wrote it."""
    if path.is_symlink() or path.exists():
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, OSError):
            raise Edited(path) from None
        if not untouched(text):
            raise Edited(path)


def sealed(text: str) -> str:
    """The text with its own hash in a comment at its end, as Markdown and HTML both have them."""
    return f"{text.rstrip()}\n<!-- pgbaton report, sha256:{_hash(text.rstrip())} -->\n"


def untouched(text: str) -> bool:
    """Whether a file's seal fits the text before it."""
    seal = _SEAL.search(text)
    return seal is not None and _hash(text[: seal.start()]) == seal[1]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _umask() -> int:
    """The process's own; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

"""A file that people write, changed by a command: whole or not at all, and never over their newest words."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from deploy.cli.exits import Exit, Fault


def rewrite(file: Path, *, before: str, text: str) -> None:
    """Put `text` in place of `before`; owner, mode and line ends stay. Fault where the file says something
    else by now."""
    real = file.resolve()
    try:
        if real.read_text(encoding="utf-8") != before:
            raise Fault(f"{file} was changed meanwhile", "run this once more")
        _replace(real, text.replace("\n", _line_end(real)))
    except OSError as error:
        raise Fault(
            f"cannot write {file}: {error.strerror}",
            "make it and its folder writable",
            code=Exit.UNAVAILABLE,
        ) from None


def _line_end(real: Path) -> str:
    """As an editor on Windows ends every line of it, or the usual."""
    written = real.read_bytes()
    return "\r\n" if written.count(b"\r\n") == written.count(b"\n") > 0 else "\n"


def _replace(real: Path, text: str) -> None:
    found = real.stat()
    part = real.with_name(f".{real.name}.{secrets.token_hex(6)}.part")
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            os.fchown(file.fileno(), found.st_uid, found.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(found.st_mode))
            file.flush()
            os.fsync(file.fileno())
        part.replace(real)
    finally:
        part.unlink(missing_ok=True)

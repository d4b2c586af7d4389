"""pgbaton's own program as one value; without it no machine could be given what its units run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from deploy.program.archive import packed, tarred
from deploy.program.code import code

HOME = "/opt/pgbaton"
"""Where a machine keeps it; `HOME/code` is a link to `code-DIGEST`, the one that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`archive` is what `install_script` reads from its standard input. The same code gives the same
    bytes and the same `digest`; the same libraries give the same `lock_digest`."""

    digest: str
    lock_digest: str
    archive: bytes = field(repr=False)


@cache
def program() -> Program:
    """The program as the code lies that is running now: in a checkout, or from an installed wheel."""
    lock = (files(__package__) / "requirements.lock").read_bytes()
    tar = tarred({"requirements.lock": lock, **{f"code/{n}": text for n, text in code().items()}})
    return Program(digest=_digest(tar), lock_digest=_digest(lock), archive=packed(tar))


@cache
def install_script() -> str:
    """The script that installs it: POSIX sh, run as root with the archive on standard input."""
    return (files(__package__) / "install.sh").read_text()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]

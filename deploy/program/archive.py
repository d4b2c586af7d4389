"""A tar whose bytes depend on its contents alone; a date in it would make every program a new one."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping


def tarred(content: Mapping[str, bytes]) -> bytes:
    """Files by name, all of root's, readable by everybody, in the order of their names."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(content):
            tar.addfile(_member(name, len(content[name])), io.BytesIO(content[name]))
    return buffer.getvalue()


def packed(tar: bytes) -> bytes:
    """Smaller for the road; what counts is the tar, since another zlib packs differently."""
    return gzip.compress(tar, mtime=0)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o644
    member.uname = member.gname = "root"
    return member

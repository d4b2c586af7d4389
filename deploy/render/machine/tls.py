"""Certificates as files: who may read them, and who must hear of new ones."""

from __future__ import annotations

from typing import Any

from deploy.blueprint import Notice, RenderedFile
from deploy.keyring import Certified
from deploy.render.machine.scene import secret_file

Notices = tuple[Notice, ...]


def authority(path: str, pem: str, *notices: Notice, **more: Any) -> RenderedFile:
    """The CAs that are trusted."""
    return RenderedFile(path=path, text=pem, notices=notices, **more)


def pair(stem: str, certified: Certified, *notices: Notice, **key: Any) -> tuple[RenderedFile, ...]:
    """STEM.pem and STEM.key; `key` says who owns the key. The certificate comes last, so that who
    is told by it finds both."""
    return (
        secret_file(f"{stem}.key", certified.key, notices=notices, **key),
        RenderedFile(path=f"{stem}.pem", text=certified.cert, notices=notices),
    )

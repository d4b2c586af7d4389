"""Certificates as files: who may read them, and who must hear of new ones."""

from __future__ import annotations

from typing import Any

from deploy.blueprint import Notice, RenderedFile
from deploy.keyring import Certified
from deploy.render.machine.scene import secret_file


def authority(path: str, pem: str, *notices: Notice, **more: Any) -> RenderedFile:
    """The CAs that are trusted."""
    return RenderedFile(path=path, text=pem, notices=notices, **more)


def identity(path: str, certified: Certified, *notices: Notice, **more: Any) -> RenderedFile:
    """A certificate and its key in one file, that both are new at one moment: who reads them at each
    handshake (etcd, gunicorn, Patroni towards etcd) would meet two halves that do not fit."""
    both = certified.cert.rstrip("\n") + "\n" + certified.key
    return secret_file(path, both, notices=notices, **more)

"""What a machine should hold and run; `render` makes it, `push` compares it with what is there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Class = Literal["ground", "redis", "etcd", "database", "mux", "pgbaton", "host"]
"""What a unit belongs to: push restarts one etcd at a time, replicas before their leader, and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A unit that must hear when a file changed, and how: a reload keeps what it serves."""

    unit: str
    how: Literal["reload", "restart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedFile:
    """One file. `path` is absolute on the machine. A `secret` one is never shown, not even as a diff."""

    path: str
    text: str = field(repr=False)
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644
    secret: bool = False
    notices: tuple[Notice, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A systemd unit that is enabled and runs; of a `class_` that says in which order."""

    name: str
    class_: Class


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Everything of one machine: files in the order in which they are put, units in that of their
    start, Debian packages, and whether pgbaton's own program is there. `fragments` lie beside them for people, by name, and are not put anywhere
    (cloud-init's user data, an application's database block)."""

    machine: str
    files: tuple[RenderedFile, ...]
    units: tuple[Unit, ...] = ()
    packages: tuple[str, ...] = ()
    program: bool = False
    fragments: Mapping[str, RenderedFile] = field(default_factory=dict)

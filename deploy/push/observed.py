"""What a machine holds and runs, as one answer of it says; nothing else is compared with a blueprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

How = Literal["reload", "restart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """What is at a path. `kind` other than `file`: nothing else of it is known."""

    kind: Literal["file", "link", "folder", "other"] = "file"
    sha256: str = ""
    owner: str = ""
    group: str = ""
    mode: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundUnit:
    """A unit as systemd shows it. `run` names its present run; it is another after each start."""

    enabled: bool = False
    active: str = "inactive"
    run: str = ""

    @property
    def up(self) -> bool:
        return self.active in {"active", "reloading"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A notice that is still to be given, as the machine's journal has it. `run` is the run that has
    the old file; "-" where a push was cut before that was known."""

    unit: str
    how: How
    run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One machine. `patroni`, `cluster` and `config` are the answers of Patroni's REST API there,
    `etcd` that of etcd's /health; None: it did not answer."""

    machine: str
    files: Mapping[str, FoundFile] = field(default_factory=dict)
    units: Mapping[str, FoundUnit] = field(default_factory=dict)
    packages: frozenset[str] = frozenset()
    program: str | None = None
    owed: tuple[Owed, ...] = ()
    put: frozenset[str] = frozenset()
    etcd: Mapping[str, Any] | None = None
    patroni: Mapping[str, Any] | None = None
    cluster: Mapping[str, Any] | None = None
    config: Mapping[str, Any] | None = None

    @property
    def owed_now(self) -> Mapping[str, How]:
        """Who must really still hear: a unit that was started anew meanwhile has the new files."""
        return {
            one.unit: one.how
            for one in self.owed
            if not one.unit.startswith("@")
            if one.run == "-" or one.run == self.units.get(one.unit, FoundUnit()).run
        }

    @property
    def unsettled(self) -> bool:
        """Whether the machine itself has not yet heard of accounts, folders or units."""
        return any(one.unit.startswith("@") for one in self.owed)

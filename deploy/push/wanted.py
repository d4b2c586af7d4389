"""One machine as push wants it: its blueprint, where it stands, and how its servers are asked there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.blueprint import Blueprint, Class
from deploy.site import Placed

ORDER: tuple[Class, ...] = ("ground", "redis", "etcd", "database", "mux", "pgbaton", "host")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a server of a machine is asked on that machine itself: files as paths there, or none."""

    url: str
    ca: str | None = None
    cert: str | None = None
    key: str | None = None

    @property
    def words(self) -> str:
        return " ".join([self.url, self.ca or "-", self.cert or "-", self.key or "-"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`program` is the digest of pgbaton's own program, None where none is to be there."""

    placed: Placed
    blueprint: Blueprint
    program: str | None = None
    etcd: Asked | None = None
    patroni: Asked | None = None

    @property
    def name(self) -> str:
        return self.placed.name

    @property
    def classes(self) -> Mapping[str, Class]:
        """The class of each unit; one that only hears notices belongs to the ground."""
        heard: dict[str, Class] = {
            n.unit: "ground" for file in self.blueprint.files for n in file.notices
        }
        return heard | {unit.name: unit.class_ for unit in self.blueprint.units}

    @property
    def asked(self) -> tuple[str, ...]:
        """Every unit whose state matters."""
        return tuple(self.classes)

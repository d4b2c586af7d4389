"""The steps of a push, as values in an order; printing them and doing them are two readers of one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.blueprint import Class
from deploy.push.changes import Deed
from deploy.push.group import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one machine does in one go: files renamed, then its units hear of them."""

    machine: str
    files: tuple[str, ...] = ()
    deeds: Mapping[str, Deed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Install:
    """Debian packages, on several machines at once."""

    packages: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship:
    """pgbaton's own program, to several machines at once."""

    machines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Turns at the same time. `takes`: the one machine that is away meanwhile, which is allowed only
    while the others of the group are well. `proves`: whose health must be seen before the next step.
    `reaches`: may shut the door, so that a new login must succeed. `first`: of many, and if it fails,
    nobody follows."""

    class_: Class
    turns: tuple[Turn, ...]
    takes: Group | None = None
    proves: Group | None = None
    reaches: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The leader hands over, so that it can be taken away as a replica."""

    group: Group
    leader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """Patroni's cluster-wide configuration, through whichever member answers. `patch` holds only
    what differs, `was` the same keys as they are."""

    group: Group
    patch: Mapping[str, Any]
    was: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """Files that a push put once and nobody wants any more."""

    files: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is not done now, why, and what would let it be done."""

    machine: str
    what: str
    why: str
    remedy: str


Doing = Install | Ship | Work | Switch | Configure | Prune
Step = Doing | Left

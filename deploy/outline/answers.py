"""What `pgbaton init` was told, as values: the same answers write the same inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What kind of application follows the leader: a preset, and what it needs to be told."""

    preset: str = "laravel"
    said: Mapping[str, str | tuple[str, ...]] = field(
        default_factory=lambda: {"path": "/var/www/shop"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A whole architecture that pgbaton creates. Counts are of machines; `etcd` counts none of its own
    where it is `compact`: then it lives on the database machines. `ttl` in seconds; `operators` are
    networks; `subnet` is IPv4."""

    cluster: str = "shop"
    kind: Kind = field(default_factory=Kind)
    hosts: int = 2
    databases: int = 3
    etcd: int = 3
    compact: bool = False
    controls: int = 1
    balancer: bool = True
    ttl: int = 30
    region: str = "us-ord"
    prefix: str = "shop"
    subnet: str = "10.0.0.0/24"
    operators: tuple[str, ...] = ()
    slack: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """pgbaton around a cluster that others run. Machines by their names; `pins` are their SSH host keys,
    where they are known, by address."""

    cluster: str = "shop"
    kind: Kind = field(default_factory=Kind)
    endpoints: tuple[str, ...]
    scope: str
    namespace: str = "/service/"
    members: Mapping[str, str]
    hosts: Mapping[str, str]
    controls: Mapping[str, str]
    pins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slack: str | None = None

"""A DNS record that follows the leader, as values: what stands in the zone, and what is written there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """One record of a domain at Linode. `ttl` in seconds, 0 for the domain's default."""

    id: int
    type: str
    name: str
    target: str
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundZone:
    """A domain at Linode, with those of its records that were asked for."""

    id: int
    domain: str
    records: tuple[FoundRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecord:
    """A record that is not there yet."""

    domain: int
    type: str
    name: str
    target: str
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecord:
    """A record that says something else."""

    domain: int
    id: int
    name: str
    target: str
    ttl: int


RecordChange = CreateRecord | SetRecord

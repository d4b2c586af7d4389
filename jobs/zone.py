"""A DNS record that follows the leader, as values: what stands in the zone, and what is written there.

Linode's API has no compare-and-swap, so the fence stands in the zone itself: a TXT record beside the
record, raised before the record is changed. A job with a lower fence finds it and refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.fence import Fence, Standing, parse_fence
from jobs.inventory import DnsRecord


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why nothing may be written there, and what would lift it. `outcome` is a host's word for it."""

    outcome: str
    reason: str
    remedy: str


def fence_name(record: DnsRecord) -> str:
    """The name of the TXT record that keeps the fence."""
    return f"_pgbaton.{record.name}" if record.name else "_pgbaton"


def kind_of(address: str) -> str:
    """A for IPv4, AAAA for IPv6."""
    return "AAAA" if ":" in address else "A"


def changes(
    record: DnsRecord, zone: FoundZone, *, cluster: str, address: str, fence: Fence
) -> tuple[RecordChange, ...] | Refused:
    """What makes the record name an address under a fence, in the order in which it is written:
    the fence first. Whoever stops in between and asks again is told the rest."""
    notes = [r for r in zone.records if r.type == "TXT" and r.name == fence_name(record)]
    here = [r for r in zone.records if r.type in {"A", "AAAA"} and r.name == record.name]
    refused = _ambiguous(record, notes, here, address) or _fenced(record, notes, fence)
    if refused is not None:
        return refused
    text = f"pgbaton {cluster} {fence}"
    return (
        *_written(zone, notes, name=fence_name(record), kind="TXT", target=text, ttl=record.ttl),
        *_written(
            zone, here, name=record.name, kind=kind_of(address), target=address, ttl=record.ttl
        ),
    )


def _ambiguous(
    record: DnsRecord, notes: list[FoundRecord], here: list[FoundRecord], address: str
) -> Refused | None:
    remedy = "remove all but one at Linode; pgbaton deletes no record"
    if len(here) > 1:
        targets = ", ".join(r.target for r in here)
        reason = f"{record.fqdn} has {len(here)} address records ({targets})"
        return Refused(outcome="blocked", reason=reason, remedy=remedy)
    if here and here[0].type != kind_of(address):
        reason = f"{record.fqdn} is an {here[0].type} record, and {address} needs another kind"
        remedy = "write addresses of one kind in the inventory, or remove the record"
        return Refused(outcome="blocked", reason=reason, remedy=remedy)
    if len(notes) > 1:
        reason = f"{fence_name(record)}.{record.domain} has {len(notes)} TXT records"
        return Refused(outcome="blocked", reason=reason, remedy=remedy)
    return None


def _fenced(record: DnsRecord, notes: list[FoundRecord], fence: Fence) -> Refused | None:
    held = held_fence(notes[0].target) if notes else None
    lift = f"if that is right: delete the TXT record {fence_name(record)}.{record.domain} at Linode"
    match fence.stands_against(held):
        case Standing.LOWER:
            reason = f"the zone holds the fence {held}, which is newer than {fence}"
            return Refused(outcome="lower-fence", reason=reason, remedy=lift)
        case Standing.OTHER_SYSTEM:
            reason = f"the zone holds the fence {held}, of another system"
            return Refused(outcome="other-system", reason=reason, remedy=lift)
        case _:
            return None


def held_fence(text: str) -> Fence | None:
    """The fence in a TXT record of ours; None where it is none."""
    match = re.fullmatch(r'"?pgbaton \S+ (\S+?)"?', text)
    return None if match is None else parse_fence(match[1])


def _written(
    zone: FoundZone, there: list[FoundRecord], *, name: str, kind: str, target: str, ttl: int
) -> Iterator[RecordChange]:
    if not there:
        yield CreateRecord(domain=zone.id, type=kind, name=name, target=target, ttl=ttl)
    elif (there[0].target.strip('"'), there[0].ttl) != (target, ttl):
        yield SetRecord(domain=zone.id, id=there[0].id, name=name, target=target, ttl=ttl)

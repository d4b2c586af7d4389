"""Machines of which one at a time may be away: an etcd cluster, or the members of a PostgreSQL cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from deploy.push.observed import Observed
from deploy.push.wanted import Wanted

LEADS = {"leader", "master", "primary", "standby_leader"}
MAIN = {"etcd": "etcd.service", "database": "patroni.service"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`members` are machines, in the inventory's order."""

    kind: Literal["etcd", "database"]
    name: str
    members: tuple[str, ...]

    @property
    def unit(self) -> str:
        return MAIN[self.kind]

    @property
    def told(self) -> str:
        return f"etcd {self.name}" if self.kind == "etcd" else f"cluster {self.name}"


def groups(site: Mapping[str, Wanted]) -> tuple[Group, ...]:
    """Every group of the site, etcd first: the members of a cluster lean on it."""
    etcd: dict[str, list[str]] = {}
    clusters: dict[str, list[str]] = {}
    for name, wanted in site.items():
        if wanted.placed.etcd is not None:
            etcd.setdefault(wanted.placed.etcd, []).append(name)
        if wanted.placed.cluster is not None:
            clusters.setdefault(wanted.placed.cluster, []).append(name)
    return (
        *(Group(kind="etcd", name=n, members=tuple(m)) for n, m in etcd.items()),
        *(Group(kind="database", name=n, members=tuple(m)) for n, m in clusters.items()),
    )


def with_groups(site: Mapping[str, Wanted], machines: Sequence[str]) -> tuple[str, ...]:
    """These machines, and the others of their groups: one at a time counts all of them."""
    named = set(machines)
    wider = (g.members for g in groups(site) if not named.isdisjoint(g.members))
    return tuple(dict.fromkeys([*machines, *(m for members in wider for m in members)]))


def leader_of(group: Group, found: Mapping[str, Observed]) -> str | None:
    """The member that leads, as the cluster itself says; None where nobody says it."""
    for member in group.members:
        seen = found.get(member)
        for row in _rows(seen):
            if row.get("role") in LEADS and row.get("name") in group.members:
                return str(row["name"])
    return None


def sick(group: Group, found: Mapping[str, Observed]) -> tuple[str, ...]:
    """The members that do not do their work, or that nobody could ask."""
    well = _well_etcd if group.kind == "etcd" else _well_database
    return tuple(m for m in group.members if not well(group, m, found))


def up(group: Group, found: Mapping[str, Observed]) -> tuple[str, ...]:
    """The members whose unit runs, whether it does its work or not."""
    return tuple(m for m in group.members if m in found and _runs(group, found[m]))


def _runs(group: Group, seen: Observed) -> bool:
    unit = seen.units.get(group.unit)
    return unit is not None and unit.up


def _well_etcd(group: Group, member: str, found: Mapping[str, Observed]) -> bool:
    """etcd itself reads through its quorum before it calls itself healthy."""
    del group
    seen = found.get(member)
    return seen is not None and (seen.etcd or {}).get("health") in {"true", True}


def _well_database(group: Group, member: str, found: Mapping[str, Observed]) -> bool:
    """The leader runs, or it says that the member streams from it."""
    leader, seen = leader_of(group, found), found.get(member)
    if leader is None or seen is None or (seen.patroni or {}).get("state") != "running":
        return False
    said = found[leader].patroni if leader in found else None
    if member == leader:
        return (said or {}).get("role") in LEADS
    streams = said.get("replication", []) if said else []
    return any(
        s.get("application_name") == member and s.get("state") == "streaming" for s in streams
    )


def _rows(seen: Observed | None) -> list[Mapping[str, Any]]:
    rows = (seen.cluster or {}).get("members", []) if seen else []
    return [row for row in rows if isinstance(row, dict)]


def refusal(group: Group, member: str, unwell: tuple[str, ...]) -> str | None:
    """Why `member` may not be taken away now; None: it may, the others carry on without it."""
    others = [m for m in group.members if m != member]
    away = [m for m in others if m in unwell]
    if not away:
        return None
    named = listed(away)
    if group.kind == "etcd":
        quorum = len(group.members) // 2 + 1
        if len(others) - len(away) >= quorum:
            return None
        return f"without {member}, {group.told} would have no quorum: {named} not healthy"
    return f"{named} away already in {group.told}, and never are two at once"


def listed(machines: Sequence[str]) -> str:
    """Some machines and their verb."""
    return f"{', '.join(machines)} {'is' if len(machines) == 1 else 'are'}"

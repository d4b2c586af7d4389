"""Why an incident happened, by a closed set of names, and what says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CauseKind(StrEnum):
    """Every cause that the trail can tell; where its facts allow none, there is none."""

    SWITCHOVER = "switchover"
    MACHINE_LOST = "machine-lost"
    PATRONI_STOPPED = "patroni-stopped"
    POSTGRESQL_CRASH = "postgresql-crash"
    PARTITION = "partition"
    ETCD_OUTAGE = "etcd-outage"
    STALE_MEMBER = "stale-member"
    TWO_PRIMARIES = "two-primaries"
    BALANCER_ONLY = "balancer-only"

    @property
    def told(self) -> str:
        """As people read it."""
        return _TOLD[self]


_TOLD = {
    CauseKind.SWITCHOVER: "planned switchover",
    CauseKind.MACHINE_LOST: "machine lost",
    CauseKind.PATRONI_STOPPED: "Patroni stopped",
    CauseKind.POSTGRESQL_CRASH: "PostgreSQL crashed, without a failover",
    CauseKind.PARTITION: "leader cut off from etcd",
    CauseKind.ETCD_OUTAGE: "etcd outage",
    CauseKind.STALE_MEMBER: "stale member rejoined",
    CauseKind.TWO_PRIMARIES: "two writable primaries",
    CauseKind.BALANCER_ONLY: "NodeBalancer only",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One entry that speaks for a cause: its number, its instant (seconds since 1970), and what it
    says in a few words."""

    seq: int
    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A named cause: `text` is one sentence with the members' names, `proofs` what it rests on."""

    kind: CauseKind
    text: str
    proofs: tuple[Proof, ...]

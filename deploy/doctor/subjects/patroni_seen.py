"""What is known of one cluster's Patroni: its members by their own word, and the configuration in effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.doctor.evidence import Unseen
from jobs.inventory import Cluster

TIMES: Mapping[str, int] = {"ttl": 30, "loop_wait": 10, "retry_timeout": 10}
"""Patroni's own, in seconds, where the dynamic configuration names none."""
WELL = frozenset({"running", "streaming", "in archive recovery"})
LAG = 1 << 20
"""Bytes: Patroni's own maximum_lag_on_failover."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSeen:
    """One member, by its own Patroni and by what the cluster lists of it. `lag`: bytes behind the leader,
    None where it is not known or it leads."""

    name: str
    role: str
    state: str
    version: str = "?"
    lag: int | None = None
    pending_restart: bool = False
    watchdog_failed: bool = False
    failsafe_active: bool = False
    tags: Mapping[str, Any] = field(default_factory=dict)

    @property
    def leads(self) -> bool:
        return self.role in {"leader", "master", "primary", "standby_leader"}

    @property
    def synchronous(self) -> bool:
        return self.role in {"sync_standby", "quorum_standby"}

    @property
    def may_lead(self) -> bool:
        return self.tags.get("nofailover") is not True and self.tags.get("failover_priority") != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PatroniSeen:
    """One cluster. `config` is the dynamic configuration in effect; `members` are those in etcd, Unseen
    where their REST API gives no answer. `heard`: the members whose hook was ever heard, by the trail;
    Unseen where there is none to read."""

    name: str
    cluster: Cluster
    config: Mapping[str, Any] | Unseen
    members: Mapping[str, MemberSeen | Unseen]
    paused: bool = False
    heard: frozenset[str] | Unseen = frozenset()

    @property
    def up(self) -> tuple[MemberSeen, ...]:
        return tuple(m for m in self.members.values() if isinstance(m, MemberSeen))

    @property
    def whole(self) -> bool:
        """Whether every member answered: of who does not, nobody knows what it is."""
        return len(self.up) == len(self.members)

    @property
    def standbys(self) -> tuple[MemberSeen, ...]:
        return tuple(m for m in self.up if not m.leads)

    def setting(self, name: str) -> Any:
        return None if isinstance(self.config, Unseen) else self.config.get(name)

    @property
    def edit(self) -> str:
        return f"patronictl edit-config {self.cluster.scope}"

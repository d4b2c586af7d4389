"""What is known of one etcd cluster: each endpoint by its own word, and what they say of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from deploy.doctor.evidence import Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One endpoint that answered. `fsync`, `commit`: p99 in seconds; `db`, `quota` in bytes; `elections`
    since its start, `uptime` seconds ago. None: its metrics do not say."""

    id: str
    name: str
    version: str
    leads: bool
    has_leader: bool
    learner: bool = False
    alarms: tuple[str, ...] = ()
    db: int | None = None
    quota: int | None = None
    fsync: float | None = None
    commit: float | None = None
    elections: int | None = None
    uptime: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdSeen:
    """One etcd cluster. `members` by endpoint; `size` is how many it counts itself, None where it does not
    say. `open`: what etcd answers to whoever shows no password. `user`: the inventory's, `plain`: some
    endpoint is http:// and not this machine's own."""

    name: str
    members: Mapping[str, Member | Unseen]
    size: int | None = None
    open: Literal["yes", "no", "unknown"] = "unknown"
    user: str | None = None
    plain: bool = False
    unlisted: tuple[str, ...] = field(default=())

    @property
    def up(self) -> Mapping[str, Member]:
        return {e: m for e, m in self.members.items() if isinstance(m, Member)}

    @property
    def count(self) -> int:
        return self.size or len(self.members)

    @property
    def quorum(self) -> int:
        return self.count // 2 + 1

"""Every disaster by its name, in the order of the matrix: without it each would have to be known to be found."""

from __future__ import annotations

from collections.abc import Mapping

from deploy.lab.drill.disaster import Disaster
from deploy.lab.drill.disasters import (
    balancer,
    crowd,
    database,
    etcd,
    events,
    hosts,
    isolated,
    lagging,
    later,
    leader,
    leaderless,
    linode,
    ours,
    processes,
    redis,
    restored,
    stages,
    stale,
    storms,
    telling,
    unseen,
    waiting,
)

FAMILIES: Mapping[str, Mapping[str, Disaster]] = {
    "the leader": {**leader.DISASTERS, **lagging.DISASTERS, **unseen.DISASTERS},
    "its database": database.DISASTERS,
    "two that lead": {**stale.DISASTERS, **isolated.DISASTERS},
    "etcd": {**etcd.DISASTERS, **restored.DISASTERS},
    "Redis": redis.DISASTERS,
    "the NodeBalancer": {**balancer.DISASTERS, **linode.DISASTERS},
    "hosts": {**hosts.DISASTERS, **later.DISASTERS, **crowd.DISASTERS},
    "storms": {**storms.DISASTERS, **leaderless.DISASTERS},
    "a worker's death, stage by stage": {**ours.DISASTERS, **stages.DISASTERS},
    "pgbaton's other processes": {**processes.DISASTERS, **waiting.DISASTERS},
    "events": events.DISASTERS,
    "whoever is told": telling.DISASTERS,
}
"""The matrix, family by family."""

DISASTERS: Mapping[str, Disaster] = {
    name: one for family in FAMILIES.values() for name, one in family.items()
}

USUAL = "kill-leader-machine"
"""What is played when nothing is named."""

ON_MACHINES = (USUAL,)
"""Those that need nothing of the lab's own processes, so that booted machines can play them."""

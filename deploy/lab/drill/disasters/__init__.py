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
    leader,
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
)

FAMILIES: Mapping[str, Mapping[str, Disaster]] = {
    "the leader": leader.DISASTERS,
    "its database": database.DISASTERS,
    "whoever lags": lagging.DISASTERS,
    "two that lead": stale.DISASTERS,
    "two that lead, one isolated": isolated.DISASTERS,
    "a leader unseen": unseen.DISASTERS,
    "etcd": {**etcd.DISASTERS, **restored.DISASTERS},
    "Redis": redis.DISASTERS,
    "the NodeBalancer": balancer.DISASTERS,
    "hosts": {**hosts.DISASTERS, **crowd.DISASTERS},
    "storms": storms.DISASTERS,
    "Linode's API": linode.DISASTERS,
    "pgbaton itself": ours.DISASTERS,
    "a worker's death, stage by stage": stages.DISASTERS,
    "its processes": processes.DISASTERS,
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

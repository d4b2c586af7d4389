"""Whether what was answered with 202 was kept: without it, a web process that forgets would be the fastest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from redis import Redis
from rq import Queue

from deploy.lab.bench.heard.post import Posted
from deploy.lab.machine import LabError
from jobs.audit import Entry, Kind, verify
from jobs.names import QUEUE, RESPOND
from workers.redis import RedisLedger


def demand_kept(redis: Redis, posted: Sequence[Posted]) -> str:
    """Each event once in its cluster's trail, whose chain holds, and one respond for each cluster in the
    queue; a sentence that says so. LabError names what is missing or stands there twice."""
    ledger = RedisLedger(redis, inventory="bench")
    told: dict[str, list[str]] = {}
    for one in posted:
        told.setdefault(one.cluster, []).append(one.id)
    trails = {cluster: tuple(ledger.entries(cluster)) for cluster in told}
    if faults := [*trail_faults(told, trails), *queue_faults(told, waiting(redis))]:
        raise LabError(
            "the intake did not keep what it answered with 202: " + "; ".join(faults[:5])
        )
    return (
        f"{len(posted)} events of {len(told)} clusters: each stands in its trail once, the chains"
        " hold, and each cluster has one respond in the queue"
    )


def trail_faults(
    told: Mapping[str, Sequence[str]], trails: Mapping[str, Sequence[Entry]]
) -> Iterable[str]:
    """What is wrong with the trails of the clusters that were `told` of, by the ids of their events."""
    for cluster, ids in told.items():
        found = verify(trails[cluster])
        if found.bad is not None:
            yield f"{cluster}'s trail breaks at entry {found.bad}: {found.reason}"
        facts = [entry.facts for entry in trails[cluster]]
        kept = Counter(f["evidence"]["id"] for f in facts if f["kind"] == Kind.EVENT)
        if kept != Counter(ids):
            yield f"{cluster}'s trail has {sum(kept.values())} events of {len(ids)}, {len(kept)} different"


def waiting(redis: Redis) -> Sequence[tuple[str, str]]:
    """Function and cluster of every job in the queue."""
    queue: Any = Queue(QUEUE, connection=redis, serializer="json")
    return [(job.func_name, str(job.kwargs["cluster"])) for job in queue.jobs]


def queue_faults(told: Iterable[str], jobs: Iterable[tuple[str, str]]) -> Iterable[str]:
    """Which clusters have no respond, or more than one."""
    counted = Counter(cluster for function, cluster in jobs if function == RESPOND)
    for cluster in told:
        if counted[cluster] != 1:
            yield f"{cluster} has {counted[cluster]} responds in the queue"

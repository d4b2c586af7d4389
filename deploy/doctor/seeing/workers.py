"""Reads in Redis who works: RQ's workers, the queue, and who holds which lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from redis import Redis
from rq import Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job

from deploy.doctor.subjects.workers import AWorker, WorkersSeen
from jobs.inventory import Inventory
from workers.metrics.queue import QueueLook, eye_on
from workers.queue import INVENTORY
from workers.redis.enqueue import queue_on

LOOKED_AT = 100
"""Waiting jobs whose inventory is looked at; more of them say nothing new."""
LEASES: Mapping[str, tuple[str, ...]] = {
    "clock": ("clock",),
    "probe": ("probe",),
    "chronicle": ("chronicle:slack", "alerts"),
}
"""Whose lease says that a process acts; a chronicle holds one for Slack and one for alerts."""
NOTHING = QueueLook(waiting=0, running=0, failed=0, oldest=0.0)


def see_workers(
    client: Redis, inventory: Inventory, *, digest: str, told: Mapping[str, bool | None]
) -> WorkersSeen:
    """What Redis shows; raises RedisError. `digest`: the inventory's as it should be; `told`: whether the watch told of each cluster's leader."""
    queue = eye_on(client)() or NOTHING
    return WorkersSeen(
        digest=digest,
        workers=_workers(client),
        waiting=queue.waiting,
        running=queue.running,
        failed=queue.failed,
        oldest=queue.oldest,
        foreign=_foreign(client, digest),
        leases={
            name: _holder(client, [f"{inventory.redis.prefix}:lease:{key}" for key in keys])
            for name, keys in LEASES.items()
        },
        needed=tuple(_needed(inventory)),
        told=told,
    )


def _needed(inventory: Inventory) -> list[str]:
    tells = inventory.slack.channel or inventory.alerts.url
    return [
        "clock",
        *(["chronicle"] if tells else []),
        *(["probe"] if inventory.nodebalancers else []),
    ]


def _workers(client: Redis) -> tuple[AWorker, ...]:
    now = datetime.now(UTC)
    found = Worker.all(connection=client, serializer="json")
    return tuple(
        AWorker(
            name=worker.name,
            beat=(now - worker.last_heartbeat.replace(tzinfo=UTC)).total_seconds(),
            inventory=_text(client.hget(worker.key, INVENTORY)),
        )
        for worker in found
        if worker.last_heartbeat is not None
    )


def _foreign(client: Redis, digest: str) -> int:
    ids = queue_on(client).get_job_ids(0, LOOKED_AT)
    return sum(_inventory(client, one) not in {None, digest} for one in ids)


def _inventory(client: Redis, job: str) -> object:
    try:
        return Job.fetch(job, connection=client, serializer="json").kwargs.get(INVENTORY)
    except (NoSuchJobError, AttributeError, ValueError):
        return None


def _holder(client: Redis, keys: Sequence[str]) -> str | None:
    return next((holder for key in keys if (holder := _text(client.get(key)))), None)


def _text(found: object) -> str | None:
    return found.decode(errors="replace") if isinstance(found, bytes) else None

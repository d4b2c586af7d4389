"""What waits for a worker, and for how long: a fleet that is down looks like a calm night otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Gauge
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job

from workers.redis.enqueue import queue_on


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLook:
    """Jobs by state, and how long the oldest one waits, in seconds."""

    waiting: int
    running: int
    failed: int
    oldest: float


QueueEye = Callable[[], QueueLook | None]
"""Looks at the queue; None where it cannot be seen."""


class QueueMetrics:
    """RQ's queue as gauges."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.jobs = Gauge("pgbaton_queue_jobs", "Jobs by state", ("state",), registry=registry)
        self.oldest = Gauge(
            "pgbaton_queue_oldest_seconds", "How long the oldest job waits", registry=registry
        )

    def show(self, look: QueueLook) -> None:
        for state in ("waiting", "running", "failed"):
            self.jobs.labels(state).set(getattr(look, state))
        self.oldest.set(look.oldest)


def eye_on(connection: Redis) -> QueueEye:
    """An eye on the one queue of this Redis. A registry keeps failed jobs for a week."""
    queue = queue_on(connection)

    def look() -> QueueLook | None:
        try:
            return QueueLook(
                waiting=len(queue),
                running=queue.started_job_registry.get_job_count(cleanup=False),
                failed=queue.failed_job_registry.get_job_count(cleanup=False),
                oldest=_oldest(connection, queue.get_job_ids(0, 1)),
            )
        except RedisError:
            return None

    return look


def _oldest(connection: Redis, first: list[str]) -> float:
    for name in first:
        try:
            since = Job.fetch(name, connection=connection, serializer="json").enqueued_at
        except NoSuchJobError:
            continue
        if since is not None:
            return max((datetime.now(UTC) - since.replace(tzinfo=UTC)).total_seconds(), 0.0)
    return 0.0

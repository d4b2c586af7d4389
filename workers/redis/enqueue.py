"""RQ's own enqueueing, recorded instead of sent: without it we would write RQ's private layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Job

from jobs import names

DAY = 86_400
TIMEOUTS = {
    names.RESPOND: 30,
    names.CONCLUDE: 30,
    names.REPOINT: 900,
    names.BALANCE: 120,
    names.PUBLISH: 120,
    names.ISOLATE: 120,
    names.RECONCILE: 600,
}
"""Seconds after which RQ ends a job; a repoint's real bound is its own."""
RESULT_TTL, FAILURE_TTL = DAY, 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A job about to be enqueued; `id` is fresh for every attempt."""

    id: str
    function: str
    kwargs: Mapping[str, object]


def queue_on(connection: Redis, name: str = names.QUEUE) -> Queue:
    """The queue, with JSON: with pickle, whoever can write Redis could run code in a worker."""
    return Queue(name, connection=connection, serializer="json")


def enqueueing(queue: Queue, offers: list[Offer]) -> list[tuple[Any, ...]]:
    """The commands with which RQ itself enqueues the offers, in their order; nothing is sent."""
    with queue.connection.pipeline(transaction=True) as pipe:
        pipe.multi()
        for offer in offers:
            queue.enqueue_call(
                offer.function,
                kwargs=dict(offer.kwargs),
                timeout=TIMEOUTS.get(offer.function, 60),
                result_ttl=RESULT_TTL,
                failure_ttl=FAILURE_TTL,
                description=offer.function,
                job_id=offer.id,
                pipeline=pipe,
            )
        return [arguments for arguments, _ in pipe.command_stack]


def job_key_prefix() -> str:
    """What RQ puts before a job's id to name its hash."""
    return str(Job.redis_job_namespace_prefix)

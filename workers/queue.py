"""RQ's worker as pgbaton runs it: without it, a restart of Redis would end every worker."""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import suppress
from itertools import count
from threading import Event
from types import FrameType

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Worker
from rq.exceptions import StopRequested

from jobs.tools import EQUIPPED
from workers.redis.connect import RedisSettings, connect
from workers.redis.enqueue import queue_on

DEQUEUE = 5
"""Seconds a blocking pop lasts; after a lost machine a worker is blind for DEQUEUE + SLACK."""
SLACK = 3
LONGEST = 2.0
"""Seconds between two attempts to reach Redis, at most."""
INVENTORY = "inventory"
"""The field of RQ's record of a worker in which it says by which inventory it works."""

log = logging.getLogger(__name__)


class PgbatonWorker(Worker):
    """Listens to one queue (so that RQ moves jobs reliably), with JSON and short intervals.

    `ending` is set by SIGTERM and SIGINT, which tells an order to end from RQ's giving up.
    """

    exponential_backoff_factor = 1.5
    max_connection_wait_time = LONGEST
    log_result_lifespan = False
    ending: Event

    @property
    def dequeue_timeout(self) -> int:
        """RQ's own would be 15 s with this worker_ttl."""
        return DEQUEUE

    @property
    def connection_timeout(self) -> int:
        """RQ raises the socket's timeout to this."""
        return DEQUEUE + SLACK

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ's sign of life, and by which inventory this worker works: a reload shows within a beat."""
        super().heartbeat(timeout, pipeline)
        tools = EQUIPPED.get(None)
        if tools is not None:
            (pipeline or self.connection).hset(self.key, INVENTORY, tools.inventory.digest)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the running job, then end."""
        self.ending.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def worker_on(connection: Redis, *, name: str | None, ending: Event) -> PgbatonWorker:
    """A worker. Its name gets a random end, for RQ refuses one that a killed worker bore."""
    fresh = secrets.token_hex(4)
    worker = PgbatonWorker(
        [queue_on(connection)],
        connection=connection,
        name=f"{name}-{fresh}" if name else fresh,
        serializer="json",
        worker_ttl=30,
        maintenance_interval=15,
        job_monitoring_interval=5,
    )
    worker.ending = ending
    return worker


def serve(settings: RedisSettings, *, name: str | None = None, burst: bool = False) -> None:
    """Work until SIGTERM or SIGINT, or, with `burst`, until the queue is empty.

    RQ ends on a timeout or on an outage at the wrong moment: begun anew here, at most LONGEST
    seconds later. Set what the jobs need in a ContextVar before: it is seen in the forked horse.
    """
    ending, trouble = Event(), ""
    for failures in count():
        with suppress(StopRequested):  # RQ raises it wherever the signal finds the process
            before, trouble = trouble, _work(settings, name=name, burst=burst, ending=ending)
            if burst or ending.is_set():
                return
            if trouble not in {"", before}:
                log.warning("worker.redis.lost: %s; trying again until it is there", trouble)
            time.sleep(min(LONGEST, 0.2 * 2 ** min(failures, 4)))
        if ending.is_set():
            return


def _work(settings: RedisSettings, *, name: str | None, burst: bool, ending: Event) -> str:
    """Until told to end, or until RQ gives up; then what Redis said, where it was Redis."""
    try:
        connection = connect(settings, read=DEQUEUE + SLACK)
        worker_on(connection, name=name, ending=ending).work(burst=burst)
    except (RedisError, OSError) as error:
        return str(error) or type(error).__name__
    return ""

"""RQ's worker as pgbaton runs it: without it, a restart of Redis would end every worker.

Jobs run in the worker's own process (ADR 6): only there can connections to hosts outlive a job.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from threading import Event, Thread
from types import FrameType
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import StopRequested
from rq.job import Job
from rq.worker import BaseWorker, WorkerStatus

from jobs.tools import EQUIPPED
from workers.redis.connect import RedisSettings, connect
from workers.redis.enqueue import queue_on
from workers.turn import Turn

DEQUEUE = 5
"""Seconds a blocking pop lasts; after a lost machine a worker is blind for DEQUEUE + SLACK."""
SLACK = 3
LONGEST = 2.0
"""Seconds between two attempts to reach Redis, at most."""
OFTEN = DEQUEUE - 0.5
"""Seconds between two signs of life of an idle worker, at least: one for each pop that brings nothing,
and none between a pop and its job, which gives its own."""
INVENTORY = "inventory"
"""The field of RQ's record of a worker in which it says by which inventory it works."""

log = logging.getLogger(__name__)


class PgbatonWorker(BaseWorker):
    """Listens to one queue (so that RQ moves jobs reliably), with JSON and short intervals.

    `ending` is set by SIGTERM and SIGINT, which tells an order to end from RQ's giving up; `turn` is
    taken while a job runs.
    """

    exponential_backoff_factor = 1.5
    max_connection_wait_time = LONGEST
    log_result_lifespan = False
    ending: Event
    turn: Turn
    _beaten: float = float("-inf")

    @property
    def dequeue_timeout(self) -> int:
        """RQ's own would be 15 s with this worker_ttl."""
        return DEQUEUE

    @property
    def connection_timeout(self) -> int:
        """RQ raises the socket's timeout to this."""
        return DEQUEUE + SLACK

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Run a job here, with RQ's signs of life beside it."""
        execution = self.prepare_execution(job)
        with self.turn.busy(), self._beating(job, execution):
            self.perform_job(job, queue, execution)
        self.set_state(WorkerStatus.IDLE)

    @contextmanager
    def _beating(self, job: Job, execution: Any) -> Iterator[None]:
        """A job may take minutes, and who says nothing for one is taken for dead by RQ."""
        over = Event()
        Thread(target=self._beat, args=(job, execution, over), daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _beat(self, job: Job, execution: Any, over: Event) -> None:
        while not over.wait(self.job_monitoring_interval):
            with suppress(RedisError, OSError):  # said again at the next beat
                self.maintain_heartbeats(job, execution)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ's sign of life, and by which inventory this worker works: a reload shows within a beat.

        RQ would give three between two jobs, each of several round trips to a disk: one every OFTEN
        seconds is enough for a life of half a minute.
        """
        if pipeline is not None:
            self._sign(timeout, pipeline)
        elif timeout is not None or time.monotonic() - self._beaten >= OFTEN:
            with self.connection.pipeline() as own:
                self._sign(timeout, own)
                own.execute()

    def _sign(self, timeout: int | None, pipeline: Pipeline) -> None:
        super().heartbeat(timeout, pipeline)
        tools = EQUIPPED.get(None)
        if tools is not None:
            pipeline.hset(self.key, INVENTORY, tools.inventory.digest)
        self._beaten = time.monotonic()

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the running job, then end."""
        self.ending.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def worker_on(
    connection: Redis, *, name: str | None, ending: Event, turn: Turn | None = None
) -> PgbatonWorker:
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
    worker.ending, worker.turn = ending, turn or Turn()
    return worker


def serve(
    settings: RedisSettings,
    *,
    name: str | None = None,
    burst: bool = False,
    turn: Turn | None = None,
) -> None:
    """Work until SIGTERM or SIGINT, or, with `burst`, until the queue is empty.

    RQ ends on a timeout or on an outage at the wrong moment: begun anew here, at most LONGEST
    seconds later. Set what the jobs need in a ContextVar before.
    """
    ending, trouble, turn = Event(), "", turn or Turn()
    for failures in count():
        with suppress(StopRequested):  # RQ raises it wherever the signal finds the process
            before, trouble = (
                trouble,
                _work(settings, name=name, burst=burst, ending=ending, turn=turn),
            )
            if burst or ending.is_set():
                return
            if trouble not in {"", before}:
                log.warning("worker.redis.lost: %s; trying again until it is there", trouble)
            time.sleep(min(LONGEST, 0.2 * 2 ** min(failures, 4)))
        if ending.is_set():
            return


def _work(
    settings: RedisSettings, *, name: str | None, burst: bool, ending: Event, turn: Turn
) -> str:
    """Until told to end, or until RQ gives up; then what Redis said, where it was Redis."""
    try:
        connection = connect(settings, read=DEQUEUE + SLACK)
        worker_on(connection, name=name, ending=ending, turn=turn).work(burst=burst)
    except (RedisError, OSError) as error:
        return str(error) or type(error).__name__
    return ""

"""One view of a ledger and its queue, fake or real: without it, each test would be written twice."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from rq.job import Job
from rq.utils import as_text

from jobs.audit import Verified, verify
from jobs.ports import Ledger
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from workers.redis import Redis, RedisLedger

DIGEST = "0123456789ab"
QUEUE = "rq:queue:pgbaton"

Call = tuple[str, dict[str, object]]
"""A job's function and arguments."""


class Desk(Protocol):
    """A ledger, and what only a worker or a clock does to it."""

    @property
    def ledger(self) -> Ledger: ...

    def take(self) -> Call | None:
        """What a worker does with the oldest job right before it runs."""

    def waiting(self) -> list[Call]:
        """The queue, oldest first."""

    def lose(self) -> None:
        """A worker takes the oldest job and dies before it starts."""

    def wait(self, seconds: float) -> None:
        """Time goes by."""


@dataclass(slots=True)
class FakeDesk:
    ledger: FakeLedger
    clock: FakeClock

    def take(self) -> Call | None:
        return self.ledger.take()

    def waiting(self) -> list[Call]:
        return self.ledger.waiting_jobs()

    def lose(self) -> None:
        self.ledger.lose()

    def wait(self, seconds: float) -> None:
        self.clock.pass_by(seconds)


@dataclass(slots=True)
class RedisDesk:
    ledger: RedisLedger
    redis: Redis

    def take(self) -> Call | None:
        job = self.redis.lmove(QUEUE, f"{QUEUE}:intermediate")
        if job is None:
            return None
        call = self._call(job)
        self.redis.lrem(f"{QUEUE}:intermediate", 1, as_text(job))
        return call

    def waiting(self) -> list[Call]:
        return [self._call(job) for job in self.redis.lrange(QUEUE, 0, -1)]

    def lose(self) -> None:
        assert self.redis.lmove(QUEUE, f"{QUEUE}:intermediate")

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)

    def job_hashes(self) -> set[str]:
        return {as_text(key).removeprefix("rq:job:") for key in self.redis.keys("rq:job:*")}

    def queued_ids(self) -> list[str]:
        return [as_text(job) for job in self.redis.lrange(QUEUE, 0, -1)]

    def _call(self, id_: bytes | str) -> Call:
        job = Job.fetch(as_text(id_), self.redis, serializer="json")
        return str(job.func_name), dict(job.kwargs)


def fake_desk() -> FakeDesk:
    clock = FakeClock()
    return FakeDesk(ledger=FakeLedger(clock=clock, inventory=DIGEST), clock=clock)


def redis_desk(redis: Redis) -> RedisDesk:
    return RedisDesk(ledger=RedisLedger(redis, inventory=DIGEST), redis=redis)


def walked(desk: Desk, cluster: str) -> Verified:
    """The trail, which must verify."""
    found = verify(desk.ledger.entries(cluster))
    assert found.bad is None, found.reason
    return found


def functions(desk: Desk) -> list[str]:
    return [function for function, _ in desk.waiting()]

"""An hour can pass by Redis' clock alone, so that a drill need not wait for it."""

import time
from pathlib import Path

import pytest
from redis import Redis

from deploy.lab import redis
from deploy.lab.lab import Lab
from deploy.lab.machine import LabError
from deploy.lab.nemesis.stores import PassTime
from deploy.lab.process import wait_until
from tests import parts

HOUR = 3600


def test_an_hour_passes_by_the_clock_of_redis_alone(lab: Lab) -> None:
    """What was to expire within it has; what was written is there, also after a restart."""
    if not list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")):
        parts.absent("no libfaketime on this machine: run ./dev test")
    machine, password = lab.machines["redis"], lab.secrets.redis
    server = redis.start_redis(machine, password, movable=True)
    wait_until("Redis", lambda: redis.answers(password), seconds=30)
    client = redis.connect(password)
    client.set("kept", "yes")
    client.set("brief", "yes", ex=600)
    assert abs(_ahead(client)) < 2
    PassTime(HOUR).inject(lab)
    assert abs(_ahead(client) - HOUR) < 2
    assert (client.get("kept"), client.get("brief")) == (b"yes", None)
    server.stop(grace=20)
    again = redis.start_redis(machine, password, movable=True)
    wait_until("Redis", lambda: redis.answers(password), seconds=30)
    assert abs(_ahead(redis.connect(password)) - HOUR) < 2, "it does not fall back"
    again.stop(grace=20)


def _ahead(client: Redis) -> float:
    """Asked until the answer took so little time that it says something."""
    while True:
        asked = time.time()
        seconds, micros = client.time()
        if time.time() - asked < 0.5:
            return float(seconds) + micros / 1e6 - asked


def test_a_clock_that_cannot_be_moved_is_named(lab: Lab) -> None:
    """A lab without the setting says so, and what to set."""
    machine = lab.machines["shop1"]
    with pytest.raises(LabError, match=r"the clock of shop1 .* Setting\.redis"):
        redis.move_clock(machine, "unused", HOUR)

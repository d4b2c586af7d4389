"""Redis as pgbaton wants it: every write on disk before it is answered, nothing evicted."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import redis

from deploy.lab import layout
from deploy.lab.machine import LabError, Machine
from deploy.lab.process import Process, wait_until

CONFIG = """\
bind {address}
port {port}
requirepass {password}
dir {data}
appendonly yes
appendfsync always
maxmemory-policy noeviction
save ""
"""


SHIMS = ("usr/lib/*/faketime/libfaketime.so.1", "usr/lib/*/libc.so.6")
"""What moves a process' clock, and the allocator that it can live with: Redis' own asks for the time
before the shim is ready."""


def start_redis(machine: Machine, password: str, *, movable: bool = False) -> Process:
    """Start Redis; a `movable` one takes its time from a file as well, see `move_clock`."""
    data = machine.folder / "redis"
    data.mkdir(exist_ok=True)
    config = machine.folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        CONFIG.format(address=machine.address, port=layout.REDIS_PORT, password=password, data=data)
    )
    env = _moved_by(_hand_of(machine)) if movable else {}
    return machine.start("redis", ["redis-server", str(config)], env=env)


def _hand_of(machine: Machine) -> Path:
    """The file that says how many seconds a machine's Redis is ahead."""
    return machine.folder / "clock-ahead"


def _moved_by(hand: Path) -> Mapping[str, str]:
    if not hand.exists():
        hand.write_text("+0\n")
    return {
        "LD_PRELOAD": ":".join(_only(pattern) for pattern in SHIMS),
        "FAKETIME_TIMESTAMP_FILE": str(hand),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def _only(pattern: str) -> str:
    found = [str(one) for one in Path("/").glob(pattern) if os.uname().machine in str(one)]
    if not found:
        raise LabError(f"there is no /{pattern}: install Debian's package libfaketime")
    return found[0]


def move_clock(machine: Machine, password: str, seconds: int) -> None:
    """A `movable` Redis goes on so many seconds later than everybody else; returns once it does. Seconds
    are counted evenly before and after. LabError where its clock cannot be moved, TimeoutError
    where it was not."""
    hand = _hand_of(machine)
    if not hand.exists():
        raise LabError(f"the clock of {machine.name} cannot be moved in this lab: Setting.redis")
    hand.write_text(f"+{seconds}\n")
    wait_until("Redis' clock", lambda: _ahead(password) > seconds / 2, seconds=30)


def _ahead(password: str) -> float:
    """Seconds by which Redis' clock is ahead of ours."""
    now, micros = connect(password).time()
    return float(now) + micros / 1e6 - time.time()


def connect(password: str) -> redis.Redis:
    """A client for the lab's Redis, from the operator's machine."""
    return redis.Redis(
        host=layout.REDIS["redis"], port=layout.REDIS_PORT, password=password, socket_timeout=10
    )


def answers(password: str) -> bool:
    try:
        return bool(connect(password).ping())
    except redis.RedisError:
        return False

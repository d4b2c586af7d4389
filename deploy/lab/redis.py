"""Redis as pgbaton wants it: every write on disk before it is answered, nothing evicted."""

from __future__ import annotations

import redis

from deploy.lab import layout
from deploy.lab.machine import Machine
from deploy.lab.process import Process

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


def start_redis(machine: Machine, password: str) -> Process:
    data = machine.folder / "redis"
    data.mkdir(exist_ok=True)
    config = machine.folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        CONFIG.format(address=machine.address, port=layout.REDIS_PORT, password=password, data=data)
    )
    return machine.start("redis", ["redis-server", str(config)])


def connect(password: str) -> redis.Redis:
    """A client for the lab's Redis, from the operator's machine."""
    return redis.Redis(
        host=layout.REDIS["redis"], port=layout.REDIS_PORT, password=password, socket_timeout=2
    )


def answers(password: str) -> bool:
    try:
        return bool(connect(password).ping())
    except redis.RedisError:
        return False

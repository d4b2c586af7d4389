"""Asks Redis what it is set to: its own words, not those of a file that may not have been read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from deploy.doctor.evidence import Unseen
from deploy.doctor.subjects.redis import RedisSeen
from workers.redis.connect import led_by_sentinel, where

START = (
    "start Redis, or see that the way from here to it is open, and redis-password is the right one"
)


def see_redis(client: Redis) -> RedisSeen | Unseen:
    """INFO, and CONFIG where the account may; never raises."""
    try:
        info: Mapping[str, Any] = client.info()
        return _seen(info, _fsync(client), sentinel=led_by_sentinel(client))
    except (RedisError, OSError) as error:
        return Unseen(reason=f"{where(client)}: {error}", remedy=START)


def _seen(info: Mapping[str, Any], fsync: str | Unseen, *, sentinel: bool) -> RedisSeen:
    host = info.get("master_host")
    return RedisSeen(
        version=str(info.get("redis_version", "?")),
        aof=bool(info.get("aof_enabled")),
        fsync=fsync,
        policy=str(info.get("maxmemory_policy", "?")),
        used=int(info.get("used_memory", 0)),
        limit=int(info.get("maxmemory", 0)),
        total=int(info.get("total_system_memory", 0)),
        aof_write_ok=info.get("aof_last_write_status", "ok") == "ok",
        aof_rewrite_ok=info.get("aof_last_bgrewrite_status", "ok") == "ok",
        loading=bool(info.get("loading")),
        replicas=int(info.get("connected_slaves", 0)),
        sentinel=sentinel,
        rejected=int(info.get("rejected_connections", 0)),
        replica_of=f"{host}:{info.get('master_port')}" if info.get("role") == "slave" else "",
    )


def _fsync(client: Redis) -> str | Unseen:
    try:
        found: Mapping[Any, Any] = client.config_get("appendfsync")
    except ResponseError as error:
        remedy = "let the account run CONFIG GET: ACL SETUSER NAME +config|get"
        return Unseen(reason=str(error), remedy=remedy)
    value = found.get("appendfsync") or found.get(b"appendfsync")
    return value.decode() if isinstance(value, bytes) else str(value)

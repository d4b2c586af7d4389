"""The way to all state, from inventory and secrets: for processes that need no other hand."""

from __future__ import annotations

from pathlib import Path

from jobs.inventory import Inventory
from workers.redis import RedisLedger, RedisSettings, connect
from workers.secrets import Secrets

READ = 2.0
"""Seconds to wait for one reply of Redis."""


def ledger_of(inventory: Inventory, secrets: Secrets, *, read: float = READ) -> RedisLedger:
    """All state, in Redis; connects when first used. A reply is waited for `read` seconds, of which
    a replica behind Sentinel may take half."""
    return RedisLedger(
        connect(redis_of(inventory, secrets), read=read),
        inventory=inventory.digest,
        prefix=inventory.redis.prefix,
        grace=read / 2,
    )


def redis_of(inventory: Inventory, secrets: Secrets) -> RedisSettings:
    """How to reach Redis, passwords included. A process may have a user of its own (docs/redis.md)."""
    known = inventory.redis
    return RedisSettings(
        url=known.url,
        username=secrets.get("redis-username") or known.username,
        password=secrets.get("redis-password"),
        sentinel_password=secrets.get("redis-sentinel-password"),
        ca=_path(known.tls.ca),
        cert=_path(known.tls.cert),
        key=_path(known.tls.key),
    )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)

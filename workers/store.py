"""The way to all state, from inventory and secrets: for processes that need no other hand."""

from __future__ import annotations

from pathlib import Path

from jobs.inventory import Inventory
from workers.redis import RedisLedger, RedisSettings, connect
from workers.secrets import Secrets


def ledger_of(inventory: Inventory, secrets: Secrets) -> RedisLedger:
    """All state, in Redis; connects when first used."""
    return RedisLedger(
        connect(redis_of(inventory, secrets)),
        inventory=inventory.digest,
        prefix=inventory.redis.prefix,
    )


def redis_of(inventory: Inventory, secrets: Secrets) -> RedisSettings:
    """How to reach Redis, passwords included."""
    known = inventory.redis
    return RedisSettings(
        url=known.url,
        username=known.username,
        password=secrets.get("redis-password"),
        sentinel_password=secrets.get("redis-sentinel-password"),
        ca=_path(known.tls.ca),
        cert=_path(known.tls.cert),
        key=_path(known.tls.key),
    )


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)

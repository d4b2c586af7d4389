"""All state, kept in Redis."""

from workers.redis.connect import Redis, RedisSettings, connect
from workers.redis.durability import Finding, findings
from workers.redis.ledger import RedisLedger

__all__ = ["Finding", "Redis", "RedisLedger", "RedisSettings", "connect", "findings"]

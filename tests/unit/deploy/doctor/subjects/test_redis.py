from dataclasses import replace
from typing import Any

import pytest

from deploy.doctor.subjects.redis import MEGA, RedisSeen, judge_redis
from tests.unit.deploy.doctor.subjects.told import DARK, told, words

WELL = RedisSeen(
    version="7.0.15", aof=True, fsync="always", policy="noeviction", used=10 * MEGA,
    limit=100 * MEGA, total=1000 * MEGA, replicas=1,
)  # fmt: skip


def test_a_durable_one_is_green() -> None:
    """With how it keeps what it was told."""
    report = judge_redis(WELL)
    assert (told(report), report.fine[0]) == ({}, "Redis 7.0.15, AOF always, noeviction")


@pytest.mark.parametrize(
    ("parts", "name", "colour"),
    [
        ({"aof": False}, "redis-aof", "red"),
        ({"fsync": "everysec"}, "redis-fsync", "red"),
        ({"fsync": DARK}, "not-seen", "amber"),
        ({"policy": "allkeys-lru"}, "redis-policy", "red"),
        ({"aof_write_ok": False}, "redis-disk", "red"),
        ({"aof_rewrite_ok": False}, "redis-rewrite", "amber"),
        ({"used": 85 * MEGA}, "redis-memory", "amber"),
        ({"used": 99 * MEGA}, "redis-memory", "red"),
        ({"used": 960 * MEGA, "limit": 0}, "redis-memory", "red"),
        ({"loading": True}, "redis-loading", "red"),
        ({"replica_of": "10.0.0.9:6379"}, "redis-replica", "red"),
        ({"replicas": 0}, "redis-alone", "green"),
        ({"replicas": 0, "sentinel": True}, "redis-no-replica", "red"),
        ({"rejected": 3}, "redis-clients", "amber"),
    ],
)
def test_one_thing_wrong(parts: dict[str, Any], name: str, colour: str) -> None:
    """Each has a finding of its own, in its colour."""
    assert told(judge_redis(replace(WELL, **parts))) == {name: colour}


def test_none_at_all_is_red() -> None:
    """Redis out of reach is no matter of sight: nothing works without it."""
    report = judge_redis(DARK)
    assert told(report) == {"redis-down": "red"}
    assert words(report, "redis-down") == "Redis gives no answer: nobody answers → open the way"

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.doctor.seeing.clocks import see_redis_clock
from deploy.doctor.seeing.redis import see_redis
from deploy.doctor.seeing.workers import see_workers
from deploy.doctor.subjects.clocks import Skew
from deploy.doctor.subjects.redis import judge_redis
from deploy.doctor.subjects.workers import judge_workers
from jobs.tools import EQUIPPED
from tests.contract.ledger.server import RedisServer
from tests.unit.deploy.doctor.subjects.told import told, words
from tests.world import World
from workers.queue import worker_on
from workers.redis import RedisSettings, connect
from workers.redis.ledger import RedisLedger


@pytest.fixture
def server(redis_program: Path, tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of one's own, durable until it is changed."""
    server = RedisServer(program=redis_program, folder=tmp_path)
    server.start()
    yield server
    server.stop()


def test_a_durable_one_is_green_and_a_careless_one_red(server: RedisServer) -> None:
    """By what is in effect, not by what a file says; one that is gone is red too."""
    client = server.client()
    assert told(judge_redis(see_redis(client))) == {"redis-alone": "green"}
    client.config_set("appendfsync", "everysec")
    client.config_set("maxmemory-policy", "allkeys-lru")
    hurt = judge_redis(see_redis(client))
    assert told(hurt).items() >= {"redis-fsync": "red", "redis-policy": "red"}.items()
    client.config_set("appendonly", "no")
    assert told(judge_redis(see_redis(client)))["redis-aof"] == "red"
    server.stop()
    assert told(judge_redis(see_redis(client))) == {"redis-down": "red"}


def test_what_the_account_may_not_see_is_amber(server: RedisServer) -> None:
    """An account without CONFIG leaves appendfsync unseen, and the table says what lets it be seen."""
    word = secrets.token_hex(8)
    server.client().acl_setuser(
        "narrow", enabled=True, passwords=[f"+{word}"], keys=["*"], commands=["+@all", "-config"]
    )
    settings = RedisSettings(url=server.settings.url, username="narrow", password=word)
    seen = judge_redis(see_redis(connect(settings)))
    assert told(seen) == {"not-seen": "amber", "redis-alone": "green"}
    assert "+config|get" in words(seen, "not-seen")
    assert word not in repr(seen)


def test_its_clock_is_ours(server: RedisServer) -> None:
    """One machine has one clock."""
    client = server.client()
    client.ping()
    began = time.time()
    skew = see_redis_clock(client)
    took = time.time() - began
    assert isinstance(skew, Skew)
    assert abs(skew.seconds) <= took / 2 + 0.01, "it is taken for half-way there"


def test_a_worker_says_by_which_inventory_it_works(server: RedisServer, world: World) -> None:
    """From its first sign of life on; with another one the table is red."""
    import threading

    client = server.client()
    inventory = world.inventory
    nobody = judge_workers(see_workers(client, inventory, digest=world.inventory.digest, told={}))
    assert told(nobody).items() >= {"no-worker": "red", "no-clock": "red"}.items()
    RedisLedger(client, inventory=inventory.digest).lease("clock", "m1:7", seconds=30)
    token = EQUIPPED.set(world.tools)
    try:
        for name in ("w1", "w2"):
            worker = worker_on(client, name=name, ending=threading.Event())
            worker.register_birth()  # type: ignore[no-untyped-call]
            worker.heartbeat()
    finally:
        EQUIPPED.reset(token)
    assert (
        told(
            judge_workers(
                see_workers(client, inventory, digest=world.inventory.digest, told={"shop": True})
            )
        )
        == {}
    )
    seen = see_workers(client, inventory, digest=world.inventory.digest, told={})
    assert {w.inventory for w in seen.workers} == {inventory.digest}
    other = judge_workers(replace(seen, digest="another"))
    assert told(other) == {"worker-inventory": "red"}


def test_a_job_of_another_inventory_shows_while_it_waits(server: RedisServer, world: World) -> None:
    """So that two inventories in use are noticed before a failover."""
    client = server.client()
    RedisLedger(client, inventory="another").call("shop")
    seen = see_workers(client, world.inventory, digest=world.inventory.digest, told={})
    assert (seen.waiting, seen.foreign) == (1, 1)

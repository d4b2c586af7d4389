"""Where many trails stand: one question while none moves, and never an old answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from redis import Redis

from jobs.audit import Draft, Head, Kind
from jobs.ports import LedgerUnavailable
from tests.contract.ledger.desks import Desk, RedisDesk
from tests.contract.ledger.server import RedisServer
from tests.fakes.clock import FakeClock
from workers.redis import RedisLedger
from workers.redis.heads import ANEW

CLUSTERS = ("one", "two", "three")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def reader(real: RedisDesk, clock: FakeClock) -> RedisLedger:
    """Another process than the one that writes."""
    return RedisLedger(real.redis, inventory="0" * 12, clock=clock)


def says(desk: Desk, cluster: str, *names: str) -> None:
    desk.ledger.append(cluster, [Draft(id=name, kind=Kind.EVENT) for name in names])


def numbers(reader: RedisLedger, clusters: Sequence[str] = CLUSTERS) -> list[int]:
    heads = reader.heads(clusters)
    assert list(heads) == list(clusters)
    return [head.seq for head in heads.values()]


def questions(redis: Redis) -> dict[str, int]:
    stats: dict[str, dict[str, int]] = redis.info("commandstats")
    calls = {name.removeprefix("cmdstat_"): one["calls"] for name, one in stats.items()}
    return {name: calls.get(name, 0) for name in ("get", "hmget")}


def test_at_rest_all_of_them_are_one_question(real: RedisDesk, reader: RedisLedger) -> None:
    """However many there are; what moved is read at the next look."""
    says(real, "two", "a", "b")
    assert numbers(reader) == [0, 2, 0]
    before = questions(real.redis)
    assert [numbers(reader) for _ in range(5)] == [[0, 2, 0]] * 5
    after = questions(real.redis)
    assert {name: after[name] - before[name] for name in after} == {"get": 5, "hmget": 0}
    says(real, "three", "c")
    assert numbers(reader) == [0, 2, 1]


def test_each_set_of_clusters_is_answered_for_itself(real: RedisDesk, reader: RedisLedger) -> None:
    """Also where the same reader asks for others in between, and for one."""
    says(real, "two", "a", "b")
    assert numbers(reader) == [0, 2, 0]
    assert numbers(reader, ("three", "two")) == [0, 2]
    assert numbers(reader, ("two",)) == [2]
    assert reader.head("two").seq == 2
    assert numbers(reader) == [0, 2, 0]
    assert reader.heads(()) == {}


def test_a_restored_redis_is_believed_at_once(real: RedisDesk, reader: RedisLedger) -> None:
    """As after a failover that cost the end of a trail: what is said of the last append is older."""
    says(real, "two", "a")
    keys = ("pgbaton:head:two", "pgbaton:trail:two", "pgbaton:memory:trails")
    kept = {key: real.redis.dump(key) for key in keys}
    says(real, "two", "b")
    assert numbers(reader) == [0, 2, 0]
    for key, text in kept.items():
        assert isinstance(text, bytes)
        real.redis.restore(key, 0, text, replace=True)
    assert numbers(reader) == [0, 1, 0]
    real.redis.flushall()
    assert reader.heads(CLUSTERS)["two"] == Head()


def test_what_nobody_announced_is_seen_soon(
    real: RedisDesk, reader: RedisLedger, clock: FakeClock
) -> None:
    """An older pgbaton does not say that it wrote, and whoever edits a trail by hand says nothing."""
    says(real, "two", "a")
    assert numbers(reader) == [0, 1, 0]
    real.redis.hset("pgbaton:head:two", "seq", 7)
    clock.pass_by(ANEW - 1)
    assert numbers(reader) == [0, 1, 0]
    clock.pass_by(1)
    assert numbers(reader) == [0, 7, 0]


def test_an_entry_that_was_there_already_moves_nothing(
    real: RedisDesk, reader: RedisLedger
) -> None:
    """A repeated append changes no trail, and costs nobody a look."""
    says(real, "two", "a")
    numbers(reader)
    before = questions(real.redis)["hmget"]
    says(real, "two", "a")
    numbers(reader)
    assert questions(real.redis)["hmget"] == before


def test_an_outage_is_said(own: RedisServer) -> None:
    """What was read before is no answer to who asks now."""
    ledger = RedisLedger(own.client(), inventory="0" * 12)
    ledger.append("two", [Draft(id="a", kind=Kind.EVENT)])
    assert numbers(ledger) == [0, 1, 0]
    own.stop()
    with pytest.raises(LedgerUnavailable):
        ledger.heads(CLUSTERS)

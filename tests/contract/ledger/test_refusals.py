import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.ports import LedgerUnavailable
from tests.contract import ports
from tests.contract.ledger.desks import QUEUE, RedisDesk, redis_desk, walked
from tests.contract.ledger.server import RedisServer
from tests.contract.ledger.values import CLUSTER, draft, event
from workers.redis import Redis, RedisLedger, RedisSettings, connect, findings


def _full(redis: Redis) -> Callable[[], object]:
    redis.config_set("maxmemory", "1")
    return lambda: redis.config_set("maxmemory", "0")


def _demoted(redis: Redis) -> Callable[[], object]:
    redis.replicaof("127.0.0.1", "1")
    return lambda: redis.replicaof("NO", "ONE")


def _lonely(redis: Redis) -> Callable[[], object]:
    redis.config_set("min-replicas-to-write", "1")
    return lambda: redis.config_set("min-replicas-to-write", "0")


def _unsaved(redis: Redis) -> Callable[[], object]:
    """A snapshot that cannot be renamed into its place stops all writes."""
    (Path(str(redis.config_get("dir")["dir"])) / "dump.rdb").mkdir()
    redis.config_set("save", "3600 1")
    redis.bgsave()
    while redis.info("persistence")["rdb_last_bgsave_status"] != "err":
        time.sleep(0.01)
    return lambda: redis.config_set("save", "")


@pytest.mark.parametrize(
    ("hurt", "remedy"),
    [
        (_full, "maxmemory"),
        (_demoted, "primary"),
        (_lonely, "replicas"),
        (_unsaved, "disk"),
    ],
)
def test_a_refusing_redis_is_told_with_its_remedy(
    own: RedisServer, hurt: Callable[[Redis], Callable[[], object]], remedy: str
) -> None:
    """Neither entry nor job is left of a refused step, and all is well once the cause is lifted."""
    desk = redis_desk(own.client())
    lift = hurt(desk.redis)
    for step in (
        lambda: desk.ledger.hear(event("e"), draft("e")),
        lambda: desk.ledger.call(CLUSTER),
        lambda: desk.ledger.append(CLUSTER, [draft("e")]),
    ):
        with pytest.raises(LedgerUnavailable) as refusal:
            step()
        assert remedy in refusal.value.remedy
        assert str(own.socket) in refusal.value.reason
    lift()
    assert (walked(desk, CLUSTER).entries, desk.queued_ids(), desk.job_hashes()) == (0, [], set())
    assert desk.ledger.hear(event("e"), draft("e"))


def test_a_step_that_fails_inside_takes_the_job_back(real: RedisDesk) -> None:
    """A foreign value under one of our keys: the error says so, and RQ's enqueue is undone."""
    real.redis.set(f"pgbaton:trail:{CLUSTER}", "foreign")
    with pytest.raises(LedgerUnavailable, match="audit verify"):
        real.ledger.hear(event("e"), draft("e"))
    assert (real.queued_ids(), real.job_hashes()) == ([], set())


def test_nothing_is_recorded_that_rq_could_not_enqueue(real: RedisDesk) -> None:
    """EXEC goes on after a failed command: the step sees that its job is missing, and refuses."""
    real.redis.set(QUEUE, "foreign")
    with pytest.raises(LedgerUnavailable):
        real.ledger.hear(event("e"), draft("e"))
    assert (walked(real, CLUSTER).entries, real.job_hashes()) == (0, set())
    real.redis.delete(QUEUE)
    assert real.ledger.hear(event("e"), draft("e"))
    assert len(real.queued_ids()) == 1


def test_a_dead_redis_is_told_at_once(own: RedisServer) -> None:
    """Within a second, for reading and writing, and its return is noticed without help."""
    desk = redis_desk(own.client())
    desk.ledger.append(CLUSTER, [draft("before")])
    own.stop()
    begun = time.monotonic()
    for step in (lambda: desk.ledger.call(CLUSTER), lambda: desk.ledger.state(CLUSTER)):
        with pytest.raises(LedgerUnavailable, match="look whether Redis runs"):
            step()
    with pytest.raises(LedgerUnavailable):
        list(desk.ledger.entries(CLUSTER))
    assert time.monotonic() - begun < 4
    own.start()
    desk.ledger.append(CLUSTER, [draft("after")])
    assert walked(desk, CLUSTER).entries == 2


def test_a_hanging_redis_is_told_within_its_deadline(own: RedisServer) -> None:
    """Two seconds for a reply, no endless waiting; what hung happens once when it comes to life."""
    desk = redis_desk(own.client())
    desk.ledger.state(CLUSTER)
    own.freeze()
    begun = time.monotonic()
    with pytest.raises(LedgerUnavailable):
        desk.ledger.hear(event("e"), draft("e"))
    assert 1.5 < time.monotonic() - begun < 4.5
    own.thaw()
    desk.ledger.hear(event("e"), draft("e"))
    assert walked(desk, CLUSTER).entries == 1
    assert len(desk.queued_ids()) == len(desk.job_hashes()) == 1


def test_a_silent_address_is_told_within_its_deadline() -> None:
    """A port nobody listens on, and one that was never there."""
    settings = RedisSettings(url=f"redis://127.0.0.1:{ports.free()[0]}/0")
    begun = time.monotonic()
    with pytest.raises(LedgerUnavailable):
        RedisLedger(connect(settings), inventory="d").state(CLUSTER)
    assert time.monotonic() - begun < 4


def test_a_wrong_password_is_told_as_such(redis_program: Path, tmp_path: Path) -> None:
    """Not tried again and again; the password shows nowhere."""
    password = secrets.token_hex(16)
    server = RedisServer(program=redis_program, folder=tmp_path)
    server.start()
    try:
        server.client().config_set("requirepass", password)
        wrong = RedisSettings(url=server.settings.url, password=f"{password}x")
        with pytest.raises(LedgerUnavailable) as refusal:
            RedisLedger(connect(wrong), inventory="d").call(CLUSTER)
        assert "password" in refusal.value.remedy
        assert password not in str(refusal.value)
        right = RedisSettings(url=server.settings.url, password=password)
        RedisLedger(connect(right), inventory="d").call(CLUSTER)
    finally:
        server.stop()


def test_a_durable_redis_has_no_findings(own: RedisServer) -> None:
    """What deploy renders passes."""
    assert findings(own.client()) == ()


def test_a_default_redis_is_found_out(redis_program: Path, tmp_path: Path) -> None:
    """Every setting that would lose what was acknowledged, with what to set."""
    server = RedisServer(program=redis_program, folder=tmp_path, options=())
    server.start()
    try:
        client = server.client()
        client.config_set("maxmemory-policy", "allkeys-lru")
        found = findings(client)
    finally:
        server.stop()
    assert [one.remedy.split("`")[1] for one in found] == [
        "appendonly yes",
        "appendfsync always",
        "maxmemory-policy noeviction",
    ]
    with pytest.raises(LedgerUnavailable):
        findings(client)

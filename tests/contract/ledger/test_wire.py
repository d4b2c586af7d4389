from jobs import names
from tests.contract.ledger.desks import RedisDesk
from workers.redis.enqueue import Offer, enqueueing, queue_on
from workers.redis.wire import packed


def test_what_rq_enqueues_is_packed_as_the_library_would(real: RedisDesk) -> None:
    """The very commands that RQ makes, byte for byte."""
    offer = Offer(id="respond-1", function=names.RESPOND, kwargs={"cluster": "shöp"})
    commands = enqueueing(queue_on(real.redis), [offer])
    assert len(commands) > 2
    connection = real.redis.connection_pool.get_connection()
    try:
        theirs = b"".join(connection.pack_commands(commands))  # type: ignore[no-untyped-call]
        assert packed(commands, connection.encoder.encode) == theirs
    finally:
        real.redis.connection_pool.release(connection)


def test_redis_may_forget_every_script(real: RedisDesk) -> None:
    """A step that is called by its digest is sent whole where Redis does not know it, and known again after it."""
    for _ in range(2):
        real.redis.script_flush()
        assert real.ledger.begin("shop", "respond-1", lease=5)
    calls = real.redis.info("commandstats")["cmdstat_evalsha"]["calls"]
    assert real.ledger.begin("shop", "respond-1", lease=5)
    after = real.redis.info("commandstats")
    assert after["cmdstat_evalsha"]["calls"] == calls + 1

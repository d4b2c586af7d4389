"""What each process does in Redis passes under its own user, and what none of them needs is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import pytest
from prometheus_client import CollectorRegistry
from redis.exceptions import NoPermissionError, ResponseError
from rq.worker import Worker

from deploy.render.acl import ROLES, Role
from jobs.ports import Ledger
from jobs.state import Assignment, Pause
from tests.contract.ledger.desks import DIGEST, redis_desk, walked
from tests.contract.ledger.server import RedisServer
from tests.contract.ledger.users import logged_in
from tests.contract.ledger.values import CLUSTER, draft, event, incident, record
from workers.metrics.queue import QueueMetrics, eye_on
from workers.queue import worker_on
from workers.redis import Redis, RedisLedger, findings

Steps = Callable[[Redis, Ledger], object]


def hears(redis: Redis, ledger: Ledger) -> None:
    """The web process: is it durable, an event, a refusal's entry."""
    assert findings(redis) == ()
    assert ledger.hear(event("e"), draft("e"))
    assert not ledger.hear(event("e"), draft("e"))
    ledger.append(CLUSTER, [draft("refused")])


def shows(redis: Redis, ledger: Ledger) -> None:
    """The pages: they read."""
    assert list(ledger.entries(CLUSTER))
    assert ledger.head(CLUSTER).seq
    assert ledger.stand(CLUSTER).first == 1
    ledger.spans(CLUSTER, count=9)
    assert ledger.state(CLUSTER).cluster == CLUSTER


def tells(redis: Redis, ledger: Ledger) -> None:
    """The chronicle: it reads, remembers, anchors, tells of gaps, and looks at the queue."""
    shows(redis, ledger)
    assert ledger.lease("chronicle", "one", seconds=5)
    ledger.remember("book", "text")
    assert ledger.recall("book") == "text"
    ledger.append(CLUSTER, [draft("gap")])
    look = eye_on(redis)()
    assert look is not None
    QueueMetrics(CollectorRegistry()).show(look)


def ticks(redis: Redis, ledger: Ledger) -> None:
    """The clock: it asks, under its lease."""
    assert ledger.lease("clock", "one", seconds=5)
    ledger.waiting(["x"])
    assert ledger.state(CLUSTER).cluster == CLUSTER
    ledger.call(CLUSTER, [draft("drift")])


def probes(redis: Redis, ledger: Ledger) -> None:
    """The probe: a lease, what it saw before, what the trail has of it."""
    assert ledger.lease("probe", "one", seconds=5)
    ledger.remember("seen", "text")
    assert ledger.recall("seen") == "text"
    list(ledger.entries(CLUSTER))


def works(redis: Redis, ledger: Ledger) -> None:
    """A worker: rounds, assignments, results, and RQ's own book-keeping."""
    ledger.call(CLUSTER)
    worker_on(redis, name="w", ending=threading.Event()).work(burst=True, with_scheduler=False)
    assert Worker.all(connection=redis, serializer="json") == []
    assert ledger.begin(CLUSTER, "f", lease=5)
    assign = {"web1": Assignment(job="j", epoch=7, attempt=1, beat=0.0)}
    assert ledger.save(CLUSTER, "f", drafts=[draft("s")], incident=incident(), assign=assign)
    ledger.beat(CLUSTER, "j", ["web1"])
    ledger.report(CLUSTER, "j", {"web1": record(epoch=7)}, [draft("r")])
    ledger.again(CLUSTER, "f", lease=5)
    ledger.requeue("jobs.respond.respond", {"cluster": CLUSTER})
    assert ledger.lease("nodebalancer:x", "one", seconds=5)


def types(redis: Redis, ledger: Ledger) -> None:
    """Somebody's commands: all of it, and `audit trim`."""
    works(redis, ledger)
    ledger.forget(CLUSTER, ["web1"], [draft("fg")])
    ledger.pause(CLUSTER, Pause(by="dba", why="x", until=1.0), [draft("p")])
    first = next(iter(ledger.entries(CLUSTER)))
    assert ledger.trim(CLUSTER, through=first.seq, head=first.hash, draft=draft("t"))
    assert findings(redis) == ()


DOES: Mapping[Role, Steps] = {
    "web": hears,
    "pages": shows,
    "worker": works,
    "probe": probes,
    "clock": ticks,
    "chronicle": tells,
    "operator": types,
}


@pytest.mark.parametrize("role", ROLES)
def test_each_does_its_work(shared: RedisServer, role: Role) -> None:
    """Nothing that a process of ours does is forbidden to its user."""
    admin = redis_desk(shared.client())
    admin.redis.flushall()
    admin.ledger.append(CLUSTER, [draft("first")])
    redis = logged_in(shared, role)
    DOES[role](redis, RedisLedger(redis, inventory=DIGEST))
    assert role == "operator" or walked(admin, CLUSTER).entries >= 1
    assert not [line for line in denied(shared) if role in line]


def denied(server: RedisServer) -> list[str]:
    """What Redis itself counted as refused since the last reset."""
    admin = server.client()
    log = [str(one) for one in admin.acl_log()]
    admin.acl_log_reset()
    return log


FORBIDDEN = (
    *(
        "FLUSHALL",
        "FLUSHDB",
        "CONFIG SET appendonly no",
        "CONFIG REWRITE",
        "KEYS *",
    ),
    *(
        "SCRIPT FLUSH",
        "SCRIPT KILL",
        "FUNCTION FLUSH",
        "MIGRATE 127.0.0.1 1 x 0 1",
        "SHUTDOWN NOSAVE",
    ),
    *(
        "REPLICAOF NO ONE",
        "ACL LIST",
        "ACL SETUSER x",
        "MONITOR",
        "SAVE",
        "BGREWRITEAOF",
        "SWAPDB 0 1",
    ),
    *("CLIENT KILL TYPE normal", "CLIENT PAUSE 1", "MODULE LIST", "RESTORE pgbaton:trail:x 0 x"),
    *("FAILOVER", "SLOWLOG RESET", "LATENCY RESET", "CLUSTER RESET", "PSYNC ? -1", "RANDOMKEY"),
    *("SET elsewhere x", "GET elsewhere", "DEL pgbaton:trail:shop", "XDEL pgbaton:trail:shop 1-0"),
    *("RENAME pgbaton:trail:shop pgbaton:trail:x", "RENAME pgbaton:head:x pgbaton:trail:shop"),
    *("COPY pgbaton:head:shop pgbaton:trail:shop REPLACE", "MOVE pgbaton:trail:shop 1"),
    *("EXPIRE pgbaton:trail:shop 1", "SET pgbaton:trail:shop x", "XSETID pgbaton:trail:shop 1-0"),
    *("UNLINK pgbaton:trail:shop", "XGROUP CREATE pgbaton:trail:shop g 0", "PUBLISH elsewhere x"),
)


@pytest.mark.parametrize("role", ROLES)
def test_what_none_of_them_needs_is_refused(shared: RedisServer, role: Role) -> None:
    """Emptying, stopping, copying and reconfiguring Redis, keys of others, and every command that would
    change or drop an entry of a trail; by a script neither."""
    admin = shared.client()
    admin.flushall()
    admin.xadd("pgbaton:trail:shop", {"seq": 1}, id="1-0")
    admin.hset("pgbaton:head:shop", "seq", "1")
    redis = logged_in(shared, role)
    for command in FORBIDDEN:
        with pytest.raises(NoPermissionError):
            redis.execute_command(*command.split())  # type: ignore[no-untyped-call]
    if role != "operator":
        with pytest.raises(NoPermissionError):
            redis.xtrim("pgbaton:trail:shop", maxlen=0)
    with pytest.raises(ResponseError, match="can't access"):
        redis.eval("return redis.call('DEL', 'pgbaton:trail:shop')", 0)
    with pytest.raises(ResponseError, match="not allowed"):
        redis.execute_command("DEBUG", "SLEEP", "0")  # type: ignore[no-untyped-call]
    assert admin.xlen("pgbaton:trail:shop") == 1
    denied(shared)


def test_only_some_can_write_where_jobs_begin(shared: RedisServer) -> None:
    """Chronicle, probe and pages put nothing into the queue, and the pages nothing anywhere."""
    roles: tuple[Role, ...] = ("chronicle", "probe", "pages")
    for role in roles:
        with pytest.raises(NoPermissionError):
            logged_in(shared, role).rpush("rq:queue:pgbaton", "x")
    for key in ("pgbaton:lease:x", "pgbaton:head:shop", "pgbaton:memory:x"):
        with pytest.raises(NoPermissionError):
            logged_in(shared, "pages").set(key, "x")
    denied(shared)

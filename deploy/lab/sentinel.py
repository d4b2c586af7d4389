"""Redis as pairs are run: a primary, replicas and Sentinels; without it no failover of Redis could be drilled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import redis
from redis.sentinel import Sentinel

from deploy.lab import layout
from deploy.lab.machine import Machine
from deploy.lab.process import Process, wait_until
from deploy.lab.redis import CONFIG
from deploy.lab.setting import Setting

if TYPE_CHECKING:
    from deploy.lab.lab import Lab

SENTINEL_PORT, SERVICE = 26379, "pgbaton"
DOWN_AFTER = 2000
"""Milliseconds without an answer after which a Sentinel calls the primary down."""

REPLICATED = """\
masterauth {password}
repl-diskless-sync-delay 0
"""
WATCHES = """\
bind {address}
port {port}
protected-mode no
dir {data}
sentinel monitor {service} {primary} {redis_port} {quorum}
sentinel auth-pass {service} {password}
sentinel down-after-milliseconds {service} {down_after}
sentinel failover-timeout {service} 10000
"""


PAIR = {"redis": layout.REDIS["redis"], "redis2": "10.77.0.32"}
"""The primary of the rise, and its replica."""


def watched(lab: Lab) -> bool:
    """Whether this lab's Redis is a pair under Sentinel."""
    return lab.setting.redis == "sentinel"


def watchers(lab: Lab) -> Sequence[Machine]:
    """Sentinels live beside etcd, where three machines can outvote each other already."""
    return [lab.machines[name] for name in layout.ETCD]


def start_pair(lab: Lab) -> None:
    """Everything that a lab under Sentinel has instead of its one Redis."""
    primary, replica = (lab.machines[name] for name in PAIR)
    start_watched(primary, [replica], watchers(lab), lab.secrets.redis)


def start_watched(
    primary: Machine, replicas: Sequence[Machine], watchers: Sequence[Machine], password: str
) -> list[Process]:
    """Start all of it, and return once every Sentinel knows of everybody. Three watchers on machines of
    their own: two of them must agree, and the lost one may have been one of them."""
    started = [start_server(primary, password)]
    started += [start_server(one, password, follows=primary.address) for one in replicas]
    server = redis.Redis(
        host=primary.address, port=layout.REDIS_PORT, password=password, socket_timeout=2
    )
    wait_until("Redis and its replicas", lambda: in_step(server) == len(replicas), seconds=20)
    server.close()
    started += [_start_watcher(one, primary.address, len(watchers), password) for one in watchers]
    wait_until(
        "Sentinels that know of all",
        lambda: all(_knows(one, len(replicas), len(watchers)) for one in watchers),
        seconds=20,
    )
    return started


def start_server(machine: Machine, password: str, *, follows: str | None = None) -> Process:
    """Start one server, or start it again after its death: whoever leads by then, Sentinel tells it."""
    data = machine.folder / "redis"
    data.mkdir(exist_ok=True)
    config = machine.folder / "redis.conf"
    if not config.exists():  # Sentinel has it rewritten
        config.touch(mode=0o600)
        text = CONFIG.format(
            address=machine.address, port=layout.REDIS_PORT, password=password, data=data
        )
        behind = f"replicaof {follows} {layout.REDIS_PORT}\n" if follows else ""
        config.write_text(text + REPLICATED.format(password=password) + behind)
    return machine.start("redis", ["redis-server", str(config)])


def url(addresses: Sequence[str]) -> str:
    """What stands in the inventory as `redis.url`."""
    where = ",".join(f"{address}:{SENTINEL_PORT}" for address in addresses)
    return f"redis+sentinel://{where}/{SERVICE}/0"


def leads(watchers: Sequence[Machine]) -> str | None:
    """The address of the primary as the Sentinels agree on it; None while they cannot say."""
    try:
        address, _ = _all(watchers).discover_master(SERVICE)
    except redis.RedisError:
        return None
    return str(address)


def connect(watchers: Sequence[Machine], password: str) -> redis.Redis:
    """A client for whoever leads, from the operator's machine."""
    client: redis.Redis = _all(watchers).master_for(SERVICE, password=password, socket_timeout=2)
    return client


def in_step(client: redis.Redis) -> int:
    """How many replicas have all that the primary has; -1 while it does not answer."""
    try:
        found = client.info("replication")
    except redis.RedisError:
        return -1
    replicas = (v for k, v in found.items() if k.startswith("slave") and isinstance(v, dict))
    return sum(one.get("state") == "online" for one in replicas)


def _start_watcher(machine: Machine, primary: str, watchers: int, password: str) -> Process:
    data = machine.folder / "sentinel"
    data.mkdir(mode=0o700, exist_ok=True)
    config = data / "sentinel.conf"
    if not config.exists():
        config.touch(mode=0o600)
        config.write_text(
            WATCHES.format(
                address=machine.address,
                port=SENTINEL_PORT,
                data=data,
                service=SERVICE,
                primary=primary,
                redis_port=layout.REDIS_PORT,
                quorum=watchers // 2 + 1,
                password=password,
                down_after=DOWN_AFTER,
            )
        )
    return machine.start("sentinel", ["redis-server", str(config), "--sentinel"])


def _knows(machine: Machine, replicas: int, watchers: int) -> bool:
    client: Any = redis.Redis(host=machine.address, port=SENTINEL_PORT, socket_timeout=2)
    try:
        with client:
            found = client.sentinel_master(SERVICE)
    except redis.RedisError:
        return False
    return (found["num-slaves"], found["num-other-sentinels"]) == (replicas, watchers - 1)


def _all(watchers: Sequence[Machine]) -> Any:  # redis-py's Sentinel carries no types
    places = [(one.address, SENTINEL_PORT) for one in watchers]
    return Sentinel(places, socket_timeout=2)  # type: ignore[no-untyped-call]


WATCHED = Setting(
    redis="sentinel",
    machines={name: address for name, address in PAIR.items() if name not in layout.REDIS},
    inventory={"redis": {"url": url(tuple(layout.ETCD.values()))}},
)
"""The ground of a lab whose Redis may be lost."""

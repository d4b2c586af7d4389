"""Two programs of one machine that would listen on one port; the second would not start."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from jobs.inventory.references.machines import address_of, machine_at, machines
from jobs.inventory.references.mistake import Mistake
from jobs.inventory.references.raw import Raw, items, table, tables, texts, whole
from jobs.inventory.spelling import spelled

ETCD, ETCD_PEERS, SSH = 2379, 2380, 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A program that listens on a machine, and the path of the key that says where, if one does."""

    port: int
    what: str
    path: str


def listening(raw: Raw) -> Iterator[Mistake]:
    """Every port that is claimed twice, each pair of keys once."""
    told: set[tuple[str, str]] = set()
    for machine in machines(raw):
        for first, second in combinations(_listeners(raw, machine), 2):
            pair = (first.path or first.what, second.path)
            if first.port == second.port and pair not in told and not _told_by_clusters(*pair):
                told.add(pair)
                where = f" ({first.path})" if first.path else ""
                reason = (
                    f"{second.port} is the port of {first.what} on {machine} already{where}; "
                    f"give {second.what} another"
                )
                yield Mistake(path=second.path, reason=reason)


def _told_by_clusters(first: str, second: str) -> bool:
    """A mux against its own cluster's ports is told without machines, too."""
    return second == f"{first.rpartition('.')[0]}.mux.port"


def _listeners(raw: Raw, machine: str) -> Iterator[Listener]:
    host = table(table(raw, "hosts"), machine)
    where = f"hosts.{machine}.port" if host else ""
    yield Listener(port=whole(host, "port", SSH), what="SSH", path=where)
    yield from _etcd(raw, machine)
    yield from _database(raw, machine)
    yield from _served(raw, machine)


def _etcd(raw: Raw, machine: str) -> Iterator[Listener]:
    own = address_of(raw).get(machine)
    for name, one in tables(raw, "etcd"):
        if machine not in table(one, "machines"):
            continue
        path, port = f"etcd.{name}.endpoints", ETCD
        for i, endpoint in enumerate(items(one, "endpoints")):
            at = place(endpoint, ETCD)
            if at is not None and at[0] == own:
                path, port = f"etcd.{name}.endpoints.{i}", at[1]
        yield Listener(port=ETCD_PEERS, what="etcd's peers", path=f"etcd.{name}.machines.{machine}")
        yield Listener(port=port, what="etcd", path=path)


def _database(raw: Raw, machine: str) -> Iterator[Listener]:
    """Of its first cluster: that there are two is told by itself."""
    for name, one in tables(raw, "clusters"):
        if machine not in dict(texts(one, "machines")):
            continue
        path = f"clusters.{name}"
        port, rest = whole(one, "postgresql_port", 5432), whole(one, "rest_port", 8008)
        yield Listener(port=port, what="PostgreSQL", path=f"{path}.postgresql_port")
        yield Listener(port=rest, what="Patroni", path=f"{path}.rest_port")
        if isinstance(mux := one.get("mux"), dict):
            port = whole(mux, "port", 5432)
            yield Listener(port=port, what="the mux", path=f"{path}.mux.port")
        return


def _served(raw: Raw, machine: str) -> Iterator[Listener]:
    """What `runs` says of a machine, where a URL of the inventory says the port."""
    runs = items(table(table(raw, "machines"), machine), "runs")
    redis, pages = table(raw, "redis").get("url"), table(raw, "pages").get("url")
    urls = [("redis.url", redis, "redis", "Redis", 6379), ("pages.url", pages, "pages", "pages", 0)]
    for i, url in enumerate(items(table(raw, "webhook"), "urls")):
        urls.append((f"webhook.urls.{i}", url, "web", "the webhook", 0))
    here = machine_at(raw)
    for path, url, process, what, default in urls:
        at = place(url, default)
        if process in runs and at is not None and here.get(at[0]) == machine:
            yield Listener(port=at[1], what=what, path=path)


def place(url: object, default: int) -> tuple[str, int] | None:
    """Host and port of a URL; without a port the scheme's, else `default`. None for what is none."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is None or not parts.hostname:
            return None
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, default)
        return spelled(f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname), port
    except ValueError:
        return None

"""Two programs of one machine that would listen on one port; the second would not start."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from jobs.inventory.references.machines import address_of, machines
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
    for machine, listeners in _by_machine(raw).items():
        for first, second in combinations(listeners, 2):
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


def _by_machine(raw: Raw) -> Mapping[str, list[Listener]]:
    at = address_of(raw)
    found: dict[str, list[Listener]] = {machine: [] for machine in machines(raw)}
    for machine, listener in (
        *_ssh(raw, found),
        *_etcd(raw, at),
        *_database(raw),
        *_served(raw, at),
    ):
        found[machine].append(listener)
    return found


def _ssh(raw: Raw, there: Collection[str]) -> Iterator[tuple[str, Listener]]:
    hosts = table(raw, "hosts")
    for machine in there:
        host = table(hosts, machine)
        path = f"hosts.{machine}.port" if host else ""
        yield machine, Listener(port=whole(host, "port", SSH), what="SSH", path=path)


def _etcd(raw: Raw, at: Mapping[str, str]) -> Iterator[tuple[str, Listener]]:
    for name, one in tables(raw, "etcd"):
        served = {
            place[0]: (place[1], f"etcd.{name}.endpoints.{i}")
            for i, url in enumerate(items(one, "endpoints"))
            if (place := placed(url, ETCD)) is not None
        }
        for machine, _ in texts(one, "machines"):
            peers = f"etcd.{name}.machines.{machine}"
            port, path = served.get(at.get(machine, ""), (ETCD, f"etcd.{name}.endpoints"))
            yield machine, Listener(port=ETCD_PEERS, what="etcd's peers", path=peers)
            yield machine, Listener(port=port, what="etcd", path=path)


def _database(raw: Raw) -> Iterator[tuple[str, Listener]]:
    """Each machine's in its first cluster: that there are two is told by itself."""
    seen: set[str] = set()
    for name, one in tables(raw, "clusters"):
        mine = [machine for machine, _ in texts(one, "machines") if machine not in seen]
        seen.update(mine)
        yield from ((machine, listener) for machine in mine for listener in _member(name, one))


def _member(name: str, one: Raw) -> Iterator[Listener]:
    path = f"clusters.{name}"
    port, rest = whole(one, "postgresql_port", 5432), whole(one, "rest_port", 8008)
    yield Listener(port=port, what="PostgreSQL", path=f"{path}.postgresql_port")
    yield Listener(port=rest, what="Patroni", path=f"{path}.rest_port")
    if isinstance(mux := one.get("mux"), dict):
        yield Listener(port=whole(mux, "port", 5432), what="the mux", path=f"{path}.mux.port")


def _served(raw: Raw, at: Mapping[str, str]) -> Iterator[tuple[str, Listener]]:
    """What `runs` says of a machine, where a URL of the inventory says the port."""
    redis, pages = table(raw, "redis").get("url"), table(raw, "pages").get("url")
    urls = [("redis.url", redis, "redis", "Redis", 6379), ("pages.url", pages, "pages", "pages", 0)]
    for i, url in enumerate(items(table(raw, "webhook"), "urls")):
        urls.append((f"webhook.urls.{i}", url, "web", "the webhook", 0))
    here, ours = {host: machine for machine, host in at.items()}, table(raw, "machines")
    for path, url, process, what, default in urls:
        found = placed(url, default)
        machine = here.get(found[0], "") if found is not None else ""
        if found is not None and process in items(table(ours, machine), "runs"):
            yield machine, Listener(port=found[1], what=what, path=path)


def placed(url: object, default: int) -> tuple[str, int] | None:
    """Host and port of a URL; without a port the scheme's, else `default`. None for what is none."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is None or not parts.hostname:
            return None
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, default)
        return spelled(f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname), port
    except ValueError:
        return None

"""Names that point nowhere, and tables that contradict each other: what no single table can know."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake: `path` is the dotted way to it, `reason` what is wrong and what to write."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def references(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Every such mistake. Works on the raw table, so that a bad shape hides none of them."""
    yield from _names(raw)
    for cluster, table in _tables(raw, "clusters"):
        yield from _mux(cluster, table)
    for app, table in _tables(raw, "applications"):
        yield from _application(raw, app, table)
    for name, table in _tables(raw, "nodebalancers"):
        yield from _balancer(raw, name, table)
    for name, table in _tables(raw, "dns"):
        yield from _record(raw, name, table)
    for sender, table in _tables(raw, "senders"):
        if not table.get("keys") and not table.get("hmac"):
            yield Mistake(path=f"senders.{sender}", reason="needs keys (whpk_…) or hmac = true")
    yield from _twice(raw)
    yield from _contested(raw, "nodebalancers", "port", _place)
    yield from _contested(raw, "dns", "name", _fqdn)


def _names(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    for cluster, table in _tables(raw, "clusters"):
        yield from _known(raw, f"clusters.{cluster}.etcd", table.get("etcd"), "etcd")
    for section in ("applications", "nodebalancers", "dns"):
        for name, table in _tables(raw, section):
            yield from _known(raw, f"{section}.{name}.cluster", table.get("cluster"), "clusters")
    for app, table in _tables(raw, "applications"):
        for i, host in enumerate(_list(table, "hosts")):
            yield from _known(raw, f"applications.{app}.hosts.{i}", host, "hosts")
    for sender, table in _tables(raw, "senders"):
        for i, cluster in enumerate(_list(table, "clusters")):
            yield from _known(raw, f"senders.{sender}.clusters.{i}", cluster, "clusters")


def _mux(cluster: str, table: Mapping[str, Any]) -> Iterator[Mistake]:
    """A mux listens beside PostgreSQL and Patroni: each needs a port of its own."""
    mux = table.get("mux")
    if not isinstance(mux, dict):
        return
    path, port = f"clusters.{cluster}.mux.port", mux.get("port", 5432)
    if port == table.get("postgresql_port", 5432):
        reason = (
            f"{port} is PostgreSQL's; give PostgreSQL a port of its own: postgresql_port = 5433"
        )
        yield Mistake(path=path, reason=f"{reason} (or the mux: port = 5433)")
    if port == table.get("rest_port", 8008):
        reason = f"{port} is Patroni's rest_port; give the mux a port of its own: port = 5432"
        yield Mistake(path=path, reason=reason)


def _application(raw: Mapping[str, Any], app: str, table: Mapping[str, Any]) -> Iterator[Mistake]:
    path = f"applications.{app}"
    if table.get("endpoint", "leader") != "leader":
        yield from _behind(raw, path, table)
        return
    if not table.get("files"):
        reason = "an application at the leader needs files to edit"
        yield Mistake(path=f"{path}.files", reason=reason)
    if table.get("nodebalancer") is not None:
        reason = 'names a NodeBalancer, but the application is at the leader; write endpoint = "nodebalancer"'
        yield Mistake(path=f"{path}.nodebalancer", reason=reason)


def _behind(raw: Mapping[str, Any], path: str, table: Mapping[str, Any]) -> Iterator[Mistake]:
    """An application behind a NodeBalancer: exactly one is meant, of its own cluster, and a login
    through its address can be tried while Linode's API is down."""
    cluster, named = table.get("cluster"), table.get("nodebalancer")
    yield from _known(raw, f"{path}.nodebalancer", named, "nodebalancers")
    of = {n: b for n, b in _tables(raw, "nodebalancers") if b.get("cluster") == cluster}
    meant = of.get(str(named)) if named is not None else next(iter(of.values()), None)
    if named is None and len(of) != 1:
        have = ", ".join(of) or "none"
        reason = f"say which of the cluster's NodeBalancers it points at; there is: {have}"
        yield Mistake(path=f"{path}.nodebalancer", reason=reason)
    elif meant is None:
        if any(named == n for n, _ in _tables(raw, "nodebalancers")):
            reason = f"[nodebalancers.{named}] stands before another cluster"
            yield Mistake(path=f"{path}.nodebalancer", reason=reason)
    elif not meant.get("address"):
        reason = "its NodeBalancer needs its own address: pgbaton nodebalancer show prints it"
        yield Mistake(path=f"{path}.endpoint", reason=reason)


def _balancer(raw: Mapping[str, Any], name: str, table: Mapping[str, Any]) -> Iterator[Mistake]:
    interval, timeout = table.get("check_interval", 5), table.get("check_timeout", 2)
    if isinstance(interval, int) and isinstance(timeout, int) and timeout >= interval:
        reason = f"must be below check_interval ({interval}): Linode refuses it otherwise"
        yield Mistake(path=f"nodebalancers.{name}.check_timeout", reason=reason)
    cluster = dict(_tables(raw, "clusters")).get(str(table.get("cluster")))
    if cluster is not None and not cluster.get("machines") and not table.get("backends"):
        reason = f"name the members' addresses: here, or in [clusters.{table['cluster']}] machines"
        yield Mistake(path=f"nodebalancers.{name}.backends", reason=reason)
    yield from _members(raw, f"nodebalancers.{name}", table, "backends")


def _record(raw: Mapping[str, Any], name: str, table: Mapping[str, Any]) -> Iterator[Mistake]:
    yield from _members(raw, f"dns.{name}", table, "addresses")
    addresses = table.get("addresses")
    if isinstance(addresses, dict) and len({":" in str(a) for a in addresses.values()}) > 1:
        reason = (
            "mixes IPv4 and IPv6: one name holds one kind; write a [dns] table with a name for each"
        )
        yield Mistake(path=f"dns.{name}.addresses", reason=reason)


def _members(
    raw: Mapping[str, Any], path: str, table: Mapping[str, Any], key: str
) -> Iterator[Mistake]:
    """A map by member names nobody that the cluster's machines do not name (where they are named)."""
    clusters = dict(_tables(raw, "clusters"))
    machines = clusters.get(str(table.get("cluster")), {}).get("machines")
    by_member = table.get(key)
    if not isinstance(machines, dict) or not isinstance(by_member, dict):
        return
    for member in by_member:
        if member not in machines:
            have = ", ".join(machines)
            yield Mistake(path=f"{path}.{key}.{member}", reason=f"is no member; there is: {have}")


def _twice(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Two applications of one host may not manage the same file: each would undo the other."""
    owner: dict[tuple[str, str], str] = {}
    for app, table in _tables(raw, "applications"):
        for i, file in enumerate(_list(table, "files")):
            for host in _list(table, "hosts"):
                path = file.get("path") if isinstance(file, dict) else None
                first = owner.setdefault((str(host), str(path)), f"{app}.{i}")
                if first != f"{app}.{i}":
                    yield Mistake(
                        path=f"applications.{app}.files.{i}.path",
                        reason=f"{path} on {host} is managed by applications.{first.split('.')[0]} already",
                    )


def _contested(
    raw: Mapping[str, Any], section: str, key: str, what_of: Callable[[Mapping[str, Any]], str]
) -> Iterator[Mistake]:
    """Two tables may not mean the same thing at Linode: each would undo the other, for ever."""
    owner: dict[str, str] = {}
    for name, table in _tables(raw, section):
        what = what_of(table)
        first = owner.setdefault(what, name)
        if what and first != name:
            reason = f"{what} is [{section}.{first}]'s already; give this one another"
            yield Mistake(path=f"{section}.{name}.{key}", reason=reason)


def _place(balancer: Mapping[str, Any]) -> str:
    label = balancer.get("label")
    return f"port {balancer.get('port', 5432)} of {label}" if label else ""


def _fqdn(record: Mapping[str, Any]) -> str:
    """As DNS compares names; empty where there is no domain."""
    domain = record.get("domain")
    return f"{record.get('name', '')}.{domain}".strip(".").casefold() if domain else ""


def _tables(raw: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    section = raw.get(name)
    if isinstance(section, dict):
        yield from ((key, table) for key, table in section.items() if isinstance(table, dict))


def _list(table: Mapping[str, Any], name: str) -> list[Any]:
    value = table.get(name)
    return value if isinstance(value, list) else []


def _known(raw: Mapping[str, Any], path: str, name: object, section: str) -> Iterator[Mistake]:
    table = raw.get(section)
    known = list(table) if isinstance(table, dict) else []
    if isinstance(name, str) and name not in known:
        have = ", ".join(known) or "none"
        yield Mistake(path=path, reason=f"[{section}.{name}] does not exist; there is: {have}")
